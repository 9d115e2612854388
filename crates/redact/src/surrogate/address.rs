//! Addresses of machines: of the ranges for documentation, or of the private range that the original is of.

use super::Seed;
use super::stream::Stream;

/// The ranges for documentation (RFC 5737).
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// The attempt from which on addresses are of the wider range for measurements (RFC 2544): the others are 762 together.
const WIDE_FROM: u32 = 4;

/// Another IPv4 address.
pub(super) fn ip4(original: &str, seed: &Seed, stream: &mut Stream) -> String {
    let octets: Vec<usize> = original.split('.').filter_map(|part| part.parse().ok()).collect();
    let mut any = || stream.between(1, 254);
    let [a, b, c, d] = match octets[..] {
        [10, ..] => [10, any(), any(), any()],
        [172, 16..=31, ..] => [172, 16 + any() % 16, any(), any()],
        [192, 168, ..] => [192, 168, any(), any()],
        [169, 254, ..] => [169, 254, any(), any()],
        [100, 64..=127, ..] => [100, 64 + any() % 64, any(), any()],
        _ if seed.attempt >= WIDE_FROM => [198, 18 + any() % 2, any(), any()],
        _ => {
            let [a, b, c] = DOCUMENTATION[any() % 3].map(usize::from);
            [a, b, c, any()]
        }
    };
    format!("{a}.{b}.{c}.{d}")
}

/// Another IPv6 address of as many digits, under 2001:db8 (RFC 3849) or in its private range.
pub(super) fn ip6(original: &str, stream: &mut Stream) -> String {
    let upper = original.contains(|c: char| c.is_ascii_uppercase());
    let mut groups: Vec<String> =
        original.split(':').map(|group| hexadecimal(group, upper, stream)).collect();
    let first = original.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let private =
        ["fe8", "fe9", "fea", "feb", "fc", "fd"].iter().any(|head| first.starts_with(head));
    let known: &[&str] = if private { &[&first] } else { &["2001", "db8"] };
    for (at, known) in known.iter().enumerate() {
        let known = if upper { known.to_ascii_uppercase() } else { (*known).to_owned() };
        match groups.get_mut(at) {
            Some(group) if !group.is_empty() => *group = known,
            // `2001::1`: the two first groups stand before the gap.
            _ => groups.insert(at.min(groups.len()), known),
        }
    }
    groups.join(":")
}

/// As many hexadecimal digits, the first of which is no zero.
fn hexadecimal(group: &str, upper: bool, stream: &mut Stream) -> String {
    let one = |(at, c): (usize, char)| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        let digit = char::from(if at == 0 {
            *stream.pick(b"123456789abcdef")
        } else {
            *stream.pick(b"0123456789abcdef")
        });
        if upper { digit.to_ascii_uppercase() } else { digit }
    };
    group.chars().enumerate().map(one).collect()
}

/// Another hardware address, of those that machines give themselves: nobody was sold it.
pub(super) fn mac(original: &str, stream: &mut Stream) -> String {
    let upper = original.contains(|c: char| c.is_ascii_uppercase());
    let mut number = 0;
    let one = |c: char| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        number += 1;
        let digit = match number {
            2 => *stream.pick(b"26ae"),
            _ => *stream.pick(b"0123456789abcdef"),
        };
        let digit = char::from(digit);
        if upper { digit.to_ascii_uppercase() } else { digit }
    };
    original.chars().map(one).collect()
}

/// Another UUID of the same version and variant.
pub(super) fn uuid(original: &str, stream: &mut Stream) -> String {
    let upper = original.contains(|c: char| c.is_ascii_uppercase());
    let mut number = 0;
    let one = |c: char| {
        if !c.is_ascii_hexdigit() {
            return c;
        }
        number += 1;
        if matches!(number, 13 | 17) {
            return c;
        }
        let digit = char::from(*stream.pick(b"0123456789abcdef"));
        if upper { digit.to_ascii_uppercase() } else { digit }
    };
    original.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(number: u8) -> Seed {
        Seed { session: [number; 32], attempt: 0 }
    }

    #[test]
    fn addresses_are_nobodys() {
        for number in 0..100 {
            let mut stream = Stream::new(&seed(number), &[]);
            let other = ip4("8.8.4.4", &seed(number), &mut stream);
            let documented = ["192.0.2.", "198.51.100.", "203.0.113."];
            assert!(documented.iter().any(|head| other.starts_with(head)), "{other}");
            assert!(ip4("192.168.7.9", &seed(number), &mut stream).starts_with("192.168."));
            assert!(ip4("172.20.7.9", &seed(number), &mut stream).starts_with("172."));
            for original in
                ["2606:4700::6810:84e5", "2001::1", "2A00:1450:4003:0801:0000:0000:0000:200E"]
            {
                let other = ip6(original, &mut stream);
                assert!(other.to_lowercase().starts_with("2001:db8:"), "{other}");
                assert!(other.parse::<std::net::Ipv6Addr>().is_ok(), "{original}: {other}");
            }
            assert!(ip6("fe80::d887:146c:0f03:d3c2", &mut stream).starts_with("fe80::"));
            let other = mac("AE:54:33:86:F5:DF", &mut stream);
            let first = u8::from_str_radix(&other[..2], 16).unwrap();
            assert!(first & 0b11 == 0b10, "{other}");
            let other = uuid("ef5d88ca-b395-4e9d-89e7-cc164654105c", &mut stream);
            assert!(other.as_bytes()[14] == b'4' && other.as_bytes()[19] == b'8', "{other}");
        }
    }
}
