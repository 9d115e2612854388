//! Addresses of mail and the web, names of accounts: made up, under the domains that are reserved for examples.

use super::Seed;
use super::address::ip4;
use super::list::{has, is_upper, replaced, without_accents};
use super::name::{handle, words};
use super::stream::Stream;

/// The domains that nobody can own (RFC 2606).
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Mailboxes that are nobody's own; the word stays.
const MAILBOXES: &str = "\
    info admin contact contacto contatto kontakt sales ventas support soporte office oficina \
    hello hola mail noreply reply no webmaster postmaster service billing jobs hr team";

/// Words of web addresses that say what a page is and not whose.
const PATH_WORDS: &str = "\
    www api app apps index home user users usuario usuarios profile profiles account accounts id \
    ids page pages post posts blog news search wiki docs doc file files download downloads \
    upload uploads image images img static assets media video watch item items product products \
    order orders cart shop store login logout auth admin settings help about contact en es fr de \
    it pt us uk html htm php asp aspx jsp pdf png jpg jpeg gif svg json xml csv txt git v tree \
    blob issues pull commit main master true false";

/// Another mailbox of the same style, with as many labels after the `@`.
pub(super) fn email(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let Some((local, host)) = original.rsplit_once('@') else {
        return username(original, seed, language);
    };
    format!("{}@{}", username(local, seed, language), domain(host, seed))
}

/// Another name of an account: names for words, as many digits, and the same signs.
pub(super) fn username(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let mut digits = Stream::new(seed, &["digits", original]);
    let words: Vec<&str> = words(original).collect();
    let is_word = |word: &str| word.chars().next().is_some_and(char::is_alphabetic);
    let first = words.iter().position(|word| is_word(word));
    let several = words.iter().filter(|word| is_word(word)).count() > 1;
    let one = |(at, word): (usize, &&str)| {
        if !is_word(word) {
            return word.chars().map(|c| digits.like(c)).collect();
        }
        if has(MAILBOXES, &word.to_lowercase()) {
            return (*word).to_owned();
        }
        handle(word.trim_matches(['\'', '’']), several && Some(at) == first, seed, language)
    };
    words.iter().enumerate().map(one).collect()
}

/// A domain for examples, with other labels before it where the original has some.
fn domain(original: &str, seed: &Seed) -> String {
    let labels: Vec<&str> = original.split('.').collect();
    let top = labels.last().map(|label| label.to_lowercase()).unwrap_or_default();
    let before = labels.iter().take(labels.len().saturating_sub(2));
    let before: String = before.map(|label| format!("{}.", host_label(label, seed))).collect();
    let lower = original.to_lowercase();
    let others = DOMAINS.iter().filter(|domain| format!("{before}{domain}") != lower);
    let others: Vec<&&str> = others.collect();
    let same = others.iter().find(|domain| domain.rsplit('.').next() == Some(top.as_str()));
    let any = || *Stream::new(seed, &["domain", &lower]).pick(&others);
    let out = before + same.copied().unwrap_or_else(any);
    if is_upper(original) { out.to_uppercase() } else { out }
}

fn host_label(label: &str, seed: &Seed) -> String {
    let lower = label.to_lowercase();
    if has(PATH_WORDS, &lower) || ["mail", "smtp", "ftp", "ns", "m"].contains(&lower.as_str()) {
        return lower;
    }
    let one = |part: &str| path_word(part, seed);
    words(&lower).map(one).collect()
}

/// One word of a path: words that say nothing of anybody stay, numbers become others as long, codes others like them.
fn path_word(word: &str, seed: &Seed) -> String {
    let lower = word.to_lowercase();
    match word.chars().next() {
        Some(c) if c.is_alphabetic() && has(PATH_WORDS, &lower) => word.to_owned(),
        Some(c) if c.is_alphabetic() && word.chars().count() > 2 => {
            let plain = without_accents(&replaced("companies", word, seed, Some("en")));
            plain.chars().filter(char::is_ascii_alphanumeric).collect()
        }
        _ => {
            let mut stream = Stream::new(seed, &["path", word]);
            word.chars().map(|c| stream.like(c)).collect()
        }
    }
}

/// Another address on the web: the scheme, the port and the form of the path stay.
pub(super) fn url(original: &str, seed: &Seed, language: Option<&str>) -> String {
    let Some((scheme, rest)) = original.split_once("://") else {
        return host_and_path(original, seed);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let user = user.map(|user| match user.split_once(':') {
        Some((name, password)) => {
            format!("{}:{}@", username(name, seed, language), secret(password, seed))
        }
        None => format!("{}@", username(user, seed, language)),
    });
    format!("{scheme}://{}{}{}", user.unwrap_or_default(), hosts(host, seed), path_like(path, seed))
}

fn host_and_path(original: &str, seed: &Seed) -> String {
    let end = original.find(['/', '?', '#']).unwrap_or(original.len());
    let (host, path) = original.split_at(end);
    hosts(host, seed) + &path_like(path, seed)
}

/// Letters and digits like those of a password.
fn secret(password: &str, seed: &Seed) -> String {
    let mut stream = Stream::new(seed, &["password", password]);
    password.chars().map(|c| stream.like(c)).collect()
}

/// One host or several between commas, with their ports.
fn hosts(original: &str, seed: &Seed) -> String {
    let one = |host: &str| {
        if host.starts_with('[') || host.is_empty() {
            let end = host.find(']').map_or(host.len(), |at| at + 1);
            let (address, port) = host.split_at(end);
            let inner = address.trim_matches(['[', ']']);
            let other = super::address::ip6(inner, &mut Stream::new(seed, &["ip6", inner]));
            return if inner.is_empty() { host.to_owned() } else { format!("[{other}]{port}") };
        }
        let (name, port) = match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        };
        let octets = name.split('.').filter(|part| part.parse::<u8>().is_ok()).count();
        let name = match name {
            "localhost" => name.to_owned(),
            _ if octets == 4 => ip4(name, seed, &mut Stream::new(seed, &["ip4", name])),
            _ if name.contains('.') => domain(name, seed),
            _ => host_label(name, seed),
        };
        port.map_or(name.clone(), |port| format!("{name}:{port}"))
    };
    original.split(',').map(one).collect::<Vec<_>>().join(",")
}

/// The path, the question and the fragment. Names before `=` stay; so does what a `%` stands before.
fn path_like(path: &str, seed: &Seed) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = words(path).collect();
    let mut skip = 0;
    let asked = path.find('?').unwrap_or(path.len());
    for (at, part) in parts.iter().enumerate() {
        let is_name = parts.get(at + 1).is_some_and(|next| next.starts_with('='))
            && out.len() >= asked.min(out.len());
        let kept = part.len().min(skip);
        skip -= kept;
        let (escaped, rest) = part.split_at_checked(kept).unwrap_or((part, ""));
        out.push_str(escaped);
        if part.ends_with('%') {
            skip = 2;
        }
        out.push_str(&if is_name { rest.to_owned() } else { path_word(rest, seed) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surrogate::name::person;

    const SEED: Seed = Seed { session: [9; 32], attempt: 0 };

    #[test]
    fn a_mailbox_belongs_to_the_person_of_that_name() {
        let person = person("Ana Perez", &SEED, None).to_lowercase().replace(' ', ".");
        let mail = email("ana.perez82@mail.clinic.es", &SEED, None);
        assert!(mail.starts_with(&person) && mail.contains(".example."), "{mail}");
        assert_eq!(mail.split('@').next().unwrap().len(), person.len() + 2);
        assert_eq!(email("info@clinic.org", &SEED, None), "info@example.org");
    }

    #[test]
    fn the_form_of_a_web_address_stays() {
        let other = url(
            "https://www.acme-shop.es:8443/users/30917/anna_smith.html?ref=a7f&q=caf%C3%A9#top",
            &SEED,
            None,
        );
        assert!(other.starts_with("https://www.example."), "{other}");
        assert!(other.contains(":8443/users/") && other.contains(".html?ref="), "{other}");
        assert!(
            other.contains("&q=") && !other.contains("anna") && !other.contains("30917"),
            "{other}"
        );
        let other = url("http://10.0.0.7/x", &SEED, None);
        assert!(other.starts_with("http://10."), "{other}");
    }
}
