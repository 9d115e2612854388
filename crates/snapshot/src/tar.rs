//! The canonical tar stream: an entry to its header blocks, and back. Pure.
//!
//! Written is ustar with PAX records only where ustar cannot say it (long paths, parts of a second, extended
//! attributes), and numbers in base 256 where octal digits do not suffice; both are read by GNU tar, bsdtar and busybox.
//! Read is what we write and nothing else: an unknown type of entry is an error, never skipped.

use std::io::{self, Read};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 512;

/// What ends a stream: two blocks of zeros.
pub(crate) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Bytes of PAX records that one entry may have: the extended attributes of a file, which Linux limits to 64 KiB each.
pub(crate) const PAX_BYTES_MAX: usize = 2 << 20;

/// The attribute of PAX under which tar keeps an extended attribute.
const XATTR: &[u8] = b"SCHILY.xattr.";

const CHECKSUM: std::ops::Range<usize> = 148..156;
const MARKS: usize = 500;

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file of so many bytes, which follow.
    File {
        /// How many.
        size: u64,
    },
    /// A folder.
    Dir,
    /// A symbolic link.
    Link {
        /// Where it leads.
        target: Vec<u8>,
    },
    /// Another name of a file that came before.
    Hard {
        /// The path that came before.
        target: Vec<u8>,
    },
    /// A device of characters.
    Character {
        /// Its numbers.
        device: (u32, u32),
    },
    /// A device of blocks.
    Block {
        /// Its numbers.
        device: (u32, u32),
    },
    /// A named pipe.
    Fifo,
}

/// A time of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Time {
    /// Seconds since 1970.
    pub(crate) seconds: i64,
    /// Parts of a second.
    pub(crate) nanoseconds: u32,
}

/// An extended attribute: its name and its value.
pub(crate) type Attribute = (Vec<u8>, Vec<u8>);

/// Something of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where, without a slash before or after.
    pub(crate) path: Vec<u8>,
    /// What.
    pub(crate) kind: Kind,
    /// The lower twelve bits of its mode.
    pub(crate) mode: u32,
    /// Owner and group.
    pub(crate) owner: (u32, u32),
    /// When it changed.
    pub(crate) time: Time,
    /// Its extended attributes, sorted by name.
    pub(crate) attributes: Vec<Attribute>,
    /// It has holes, which follow as zeros.
    pub(crate) sparse: bool,
    /// It changed while it was read.
    pub(crate) unstable: bool,
}

impl Entry {
    /// The bytes that follow the header, without those that fill the last block.
    pub(crate) fn size(&self) -> u64 {
        match self.kind {
            Kind::File { size } => size,
            _ => 0,
        }
    }

    /// The header blocks.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let mut name = self.path.clone();
        if self.kind == Kind::Dir {
            name.push(b'/');
        }
        let (prefix, name) = fit(&name).unwrap_or_else(|| {
            record(&mut records, b"path", &name);
            (&[], &name[..100])
        });
        let target = match &self.kind {
            Kind::Link { target } | Kind::Hard { target } => target.as_slice(),
            _ => &[],
        };
        if target.len() > 100 {
            record(&mut records, b"linkpath", target);
        }
        let Time { seconds, nanoseconds } = self.time;
        if nanoseconds != 0 || seconds < 0 {
            record(&mut records, b"mtime", decimal(self.time).as_bytes());
        }
        for (name, value) in &self.attributes {
            record(&mut records, &[XATTR, name].concat(), value);
        }
        let mut out = Vec::new();
        if !records.is_empty() {
            let mut head = Head::new(b'x', records.len() as u64);
            head.text(0, b"././@PaxHeader");
            out.extend(head.finish());
            out.extend_from_slice(&records);
            out.resize(out.len() + fill(records.len() as u64), 0);
        }
        let mut head = Head::new(letter(&self.kind), self.size());
        head.text(0, name);
        head.text(345, prefix);
        head.text(157, &target[..target.len().min(100)]);
        head.number(100..108, u64::from(self.mode));
        head.number(108..116, u64::from(self.owner.0));
        head.number(116..124, u64::from(self.owner.1));
        head.number(136..148, seconds.max(0) as u64);
        if let Kind::Character { device } | Kind::Block { device } = self.kind {
            head.number(329..337, u64::from(device.0));
            head.number(337..345, u64::from(device.1));
        }
        head.mark(MARKS, self.sparse, b's');
        head.mark(MARKS + 1, self.unstable, b'u');
        out.extend(head.finish());
        out
    }
}

/// How many zeros fill the last block of so many bytes.
pub(crate) fn fill(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

fn letter(kind: &Kind) -> u8 {
    match kind {
        Kind::File { .. } => b'0',
        Kind::Hard { .. } => b'1',
        Kind::Link { .. } => b'2',
        Kind::Character { .. } => b'3',
        Kind::Block { .. } => b'4',
        Kind::Dir => b'5',
        Kind::Fifo => b'6',
    }
}

/// The two fields of ustar for a path, where it fits.
fn fit(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.len() <= 100 {
        return Some((&[], path));
    }
    // The last slash stays with a folder's name.
    let slash = |at: &usize| {
        path[*at] == b'/' && path.len() - at - 1 <= 100 && *at <= 155 && *at + 1 < path.len()
    };
    let at = (1..path.len()).find(slash)?;
    Some((&path[..at], &path[at + 1..]))
}

fn decimal(time: Time) -> String {
    let Time { seconds, nanoseconds } = time;
    if seconds >= 0 || nanoseconds == 0 {
        return format!("{seconds}.{nanoseconds:09}");
    }
    // The parts of a second count towards the future, and the number is written with its sign before.
    format!("-{}.{:09}", -(seconds + 1), 1_000_000_000 - nanoseconds)
}

fn record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    for part in [length.to_string().as_bytes(), b" ", key, b"=", value, b"\n"] {
        out.extend_from_slice(part);
    }
}

struct Head([u8; BLOCK]);

impl Head {
    fn new(letter: u8, size: u64) -> Self {
        let mut head = Self([0; BLOCK]);
        for field in [100..108, 108..116, 116..124, 136..148, 329..337, 337..345] {
            head.number(field, 0);
        }
        head.number(124..136, size);
        head.0[156] = letter;
        head.text(257, b"ustar\x0000");
        head
    }

    fn text(&mut self, at: usize, text: &[u8]) {
        self.0[at..at + text.len()].copy_from_slice(text);
    }

    fn mark(&mut self, at: usize, is: bool, mark: u8) {
        if is {
            self.0[at] = mark;
        }
    }

    /// Octal digits and a zero; or base 256, whose first bit says so.
    fn number(&mut self, field: std::ops::Range<usize>, number: u64) {
        let field = &mut self.0[field];
        let digits = field.len() - 1;
        if number >> (3 * digits).min(63) == 0 {
            let text = format!("{number:0digits$o}\0");
            field.copy_from_slice(text.as_bytes());
        } else {
            field.fill(0);
            let bytes = number.to_be_bytes();
            let at = field.len().saturating_sub(bytes.len());
            let from = bytes.len().saturating_sub(field.len());
            field[at..].copy_from_slice(&bytes[from..]);
            field[0] |= 0x80;
        }
    }

    fn finish(mut self) -> [u8; BLOCK] {
        let text = format!("{:06o}\0 ", checksum(&self.0));
        self.0[CHECKSUM].copy_from_slice(text.as_bytes());
        self.0
    }
}

fn checksum(block: &[u8]) -> u64 {
    let spaces = 8 * u64::from(b' ');
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    sum(block) - sum(&block[CHECKSUM]) + spaces
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the header of the next entry; none at the end of the stream. The caller reads the bytes that follow it, and
/// those that fill the last block.
///
/// # Errors
/// When it cannot be read, or is not what we write.
pub(crate) fn next(reader: &mut impl Read) -> io::Result<Option<Entry>> {
    let mut block = [0; BLOCK];
    reader.read_exact(&mut block)?;
    let mut records = Vec::new();
    if block[156] == b'x' {
        let size = look(&block)?;
        if size > PAX_BYTES_MAX as u64 {
            return Err(broken("the PAX records of an entry are too long"));
        }
        records.resize(size as usize, 0);
        reader.read_exact(&mut records)?;
        reader.read_exact(&mut [0; BLOCK][..fill(size)])?;
        reader.read_exact(&mut block)?;
    } else if block.iter().all(|byte| *byte == 0) {
        reader.read_exact(&mut block)?;
        let is_end = block.iter().all(|byte| *byte == 0);
        return if is_end { Ok(None) } else { Err(broken("the end of the tar stream is broken")) };
    }
    let size = look(&block)?;
    let mut entry = entry(&block, size)?;
    extend(&mut entry, &records)?;
    if entry.path.last() == Some(&b'/') {
        entry.path.pop();
    }
    Ok(Some(entry))
}

/// Looks at the checksum of a header, and gives its size.
fn look(block: &[u8; BLOCK]) -> io::Result<u64> {
    let wanted = number(&block[CHECKSUM])?;
    if wanted != checksum(block) || &block[257..262] != b"ustar" {
        return Err(broken("the header of an entry is broken"));
    }
    number(&block[124..136])
}

fn number(field: &[u8]) -> io::Result<u64> {
    if field[0] & 0x80 != 0 {
        let bytes =
            field.iter().enumerate().map(|(at, byte)| if at == 0 { byte & 0x7f } else { *byte });
        return bytes
            .map(u64::from)
            .try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(byte))
            .ok_or_else(|| broken("a number in a header is too large"));
    }
    let digits = field.iter().take_while(|byte| !b"\0 ".contains(byte));
    digits.copied().try_fold(0_u64, |sum, digit| match digit {
        b'0'..=b'7' => Ok(sum * 8 + u64::from(digit - b'0')),
        _ => Err(broken("a number in a header is broken")),
    })
}

fn text(field: &[u8]) -> Vec<u8> {
    field.iter().copied().take_while(|byte| *byte != 0).collect()
}

fn entry(block: &[u8; BLOCK], size: u64) -> io::Result<Entry> {
    let small = |field: std::ops::Range<usize>| {
        u32::try_from(number(&block[field])?)
            .map_err(|_| broken("a number in a header is too large"))
    };
    let target = text(&block[157..257]);
    let device = (small(329..337)?, small(337..345)?);
    let kind = match block[156] {
        b'0' => Kind::File { size },
        b'1' => Kind::Hard { target },
        b'2' => Kind::Link { target },
        b'3' => Kind::Character { device },
        b'4' => Kind::Block { device },
        b'5' => Kind::Dir,
        b'6' => Kind::Fifo,
        _ => return Err(broken("an entry is of an unknown type")),
    };
    if size != 0 && !matches!(kind, Kind::File { .. }) {
        return Err(broken("an entry has content that its type cannot have"));
    }
    let prefix = text(&block[345..500]);
    let name = text(&block[..100]);
    let path = if prefix.is_empty() { name } else { [&prefix[..], b"/", &name].concat() };
    Ok(Entry {
        path,
        kind,
        mode: small(100..108)? & 0o7777,
        owner: (small(108..116)?, small(116..124)?),
        time: Time { seconds: number(&block[136..148])? as i64, nanoseconds: 0 },
        attributes: Vec::new(),
        sparse: block[MARKS] == b's',
        unstable: block[MARKS + 1] == b'u',
    })
}

/// Takes what the PAX records say.
fn extend(entry: &mut Entry, mut records: &[u8]) -> io::Result<()> {
    while !records.is_empty() {
        let space = records
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or_else(|| broken("a PAX record is broken"))?;
        let length =
            std::str::from_utf8(&records[..space]).ok().and_then(|text| text.parse::<usize>().ok());
        let length = length.filter(|length| *length > space + 1 && *length <= records.len());
        let (one, rest) = records.split_at(length.ok_or_else(|| broken("a PAX record is broken"))?);
        records = rest;
        let one =
            one[space + 1..].strip_suffix(b"\n").ok_or_else(|| broken("a PAX record is broken"))?;
        let equal = one
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or_else(|| broken("a PAX record is broken"))?;
        let (key, value) = (&one[..equal], one[equal + 1..].to_vec());
        match (key, &mut entry.kind) {
            (b"path", _) => entry.path = value,
            (b"linkpath", Kind::Link { target } | Kind::Hard { target }) => *target = value,
            (b"mtime", _) => entry.time = time(&value).ok_or_else(|| broken("a time is broken"))?,
            _ if key.starts_with(XATTR) => {
                entry.attributes.push((key[XATTR.len()..].to_vec(), value))
            }
            _ => return Err(broken("a PAX record is of an unknown name")),
        }
    }
    Ok(())
}

fn time(text: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(text).ok()?;
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole: i64 = whole.parse().ok().filter(|_| digits(whole))?;
    let part: u32 = part.parse().ok().filter(|_| part.len() == 9 && digits(part))?;
    Some(match (negative, part) {
        (false, _) => Time { seconds: whole, nanoseconds: part },
        (true, 0) => Time { seconds: -whole, nanoseconds: 0 },
        (true, _) => Time { seconds: -whole - 1, nanoseconds: 1_000_000_000 - part },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds() -> impl Strategy<Value = Kind> {
        let target = || prop::collection::vec(1..=255_u8, 1..300);
        prop_oneof![
            any::<u64>().prop_map(|size| Kind::File { size: size >> 1 }),
            Just(Kind::Dir),
            target().prop_map(|target| Kind::Link { target }),
            target().prop_map(|target| Kind::Hard { target }),
            any::<(u16, u16)>().prop_map(|(a, b)| Kind::Block { device: (a.into(), b.into()) }),
            Just(Kind::Fifo),
        ]
    }

    fn paths() -> impl Strategy<Value = Vec<u8>> {
        let part = prop::collection::vec(
            any::<u8>().prop_filter("plain", |byte| !b"\0/".contains(byte)),
            1..120,
        );
        prop::collection::vec(part, 1..5).prop_map(|parts| parts.join(&b'/'))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            path in paths(), kind in kinds(), mode in 0..0o10000_u32, owner: (u32, u32),
            seconds in -5_000_000_000_i64..20_000_000_000, nanoseconds in 0..1_000_000_000_u32,
            attributes in prop::collection::vec((prop::collection::vec(98..122_u8, 1..40), any::<Vec<u8>>()), 0..4),
            sparse: bool, unstable: bool,
        ) {
            let time = Time { seconds, nanoseconds };
            let entry = Entry { path, kind, mode, owner, time, attributes, sparse, unstable };
            let header = entry.header();
            prop_assert_eq!(header.len() % BLOCK, 0);
            prop_assert_eq!(next(&mut header.as_slice()).unwrap(), Some(entry));
        }

        #[test]
        fn garbage_is_refused_and_never_panics(bytes: Vec<u8>, at in 0..BLOCK, byte: u8) {
            let time = Time { seconds: 1, nanoseconds: 5 };
            let entry = Entry {
                path: b"a/b".to_vec(), kind: Kind::File { size: 3 }, mode: 0o644, owner: (1, 2), time,
                attributes: vec![(b"user.a".to_vec(), bytes.clone())], sparse: false, unstable: false,
            };
            let mut header = entry.header();
            drop(next(&mut bytes.as_slice()));
            header[at] = byte;
            drop(next(&mut header.as_slice()));
            let last = header.len() - BLOCK + at;
            header[last] = byte;
            drop(next(&mut header.as_slice()));
        }
    }
}
