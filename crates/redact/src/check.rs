//! Check digits and forbidden values: pure predicates on what a scanner has cut out.

/// The Luhn sum that payment cards end on.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| u32::from(if at % 2 == 1 { doubled(digit) } else { digit }))
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != 0)
}

/// Whether issuers give out cards that begin so and are this long.
pub(crate) fn card_range(digits: &[u8]) -> bool {
    let length = digits.len();
    let prefix = |count: usize| digits.iter().take(count).fold(0u32, |n, &d| n * 10 + u32::from(d));
    match prefix(4) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => (14..=19).contains(&length),
        3528..=3589 => (16..=19).contains(&length),
        6011 | 6440..=6599 => (16..=19).contains(&length),
        6200..=6299 => (16..=19).contains(&length),
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => (13..=19).contains(&length),
        _ => false,
    }
}

/// The IBAN's remainder by 97; `characters` has neither spaces nor lower case.
pub(crate) fn iban(characters: &[u8]) -> bool {
    let (head, body) = characters.split_at(4);
    let remainder = body.iter().chain(head).fold(0u32, |remainder, &byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    remainder == 1
}

/// How long an IBAN of that country is.
pub(crate) fn iban_length(country: [u8; 2]) -> Option<usize> {
    let countries: &[(&[u8], usize)] = &[
        (b"NO", 15),
        (b"BE", 16),
        (b"DK FI FK FO GL NL SD", 18),
        (b"MK SI", 19),
        (b"AT BA EE KZ LT LU MN XK", 20),
        (b"CH CR HR LI LV", 21),
        (b"BG BH DE GB GE IE ME RS VA", 22),
        (b"AE GI IL IQ OM SO TL", 23),
        (b"AD CZ ES MD PK RO SA SE SK TN VG", 24),
        (b"LY PT ST", 25),
        (b"IS TR", 26),
        (b"BI DJ FR GR IT MC MR SM", 27),
        (b"AL AZ BY CY DO GT HN HU LB NI PL SV", 28),
        (b"BR EG PS QA UA", 29),
        (b"JO KW MU", 30),
        (b"MT SC", 31),
        (b"LC", 32),
        (b"RU", 33),
    ];
    let found = countries.iter().find(|(list, _)| list.chunks(3).any(|code| code[..2] == country));
    found.map(|(_, length)| *length)
}

/// The letter that a Spanish DNI or NIE of that number ends on.
pub(crate) fn dni_letter(number: u32) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize]
}

/// Whether the United States give out a social security number like this.
pub(crate) fn ssn(digits: &[u8]) -> bool {
    let number = |part: &[u8]| part.iter().fold(0u32, |n, &digit| n * 10 + u32::from(digit));
    let [area, group, serial] = [&digits[..3], &digits[3..5], &digits[5..9]].map(number);
    // 078-05-1120 was printed in every wallet of a brand; 219-09-9999 stood in an advertisement.
    let famous = [(78, 5, 1120), (219, 9, 9999)].contains(&(area, group, serial));
    !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0 && !famous
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
    }

    #[test]
    fn luhn_notices_every_single_wrong_digit() {
        let card = digits("4111 1111 1111 1111");
        assert!(luhn(&card) && !luhn(&[0; 16]));
        for at in 0..card.len() {
            for other in (0..10).filter(|&other| other != card[at]) {
                let mut wrong = card.clone();
                wrong[at] = other;
                assert!(!luhn(&wrong), "{wrong:?}");
            }
        }
    }

    #[test]
    fn card_ranges_are_the_issuers_own() {
        for card in ["4111111111111111", "2221000000000009", "2720990000000000", "378282246310005"]
        {
            assert!(card_range(&digits(card)), "{card}");
        }
        for card in ["2220990000000000", "2721000000000000", "411111111111111", "9999999999999999"]
        {
            assert!(!card_range(&digits(card)), "{card}");
        }
    }

    #[test]
    fn iban_remainder_and_length() {
        assert!(iban(b"ES9121000418450200051332") && iban(b"GB82WEST12345698765432"));
        assert!(!iban(b"ES9121000418450200051333"));
        assert_eq!(iban_length(*b"ES"), Some(24));
        assert_eq!(iban_length(*b"NO"), Some(15));
        assert_eq!(iban_length(*b"RU"), Some(33));
        assert_eq!(iban_length(*b"ZZ"), None);
        assert_eq!(iban_length(*b"S "), None, "codes are compared whole");
    }

    #[test]
    fn social_security_areas_that_are_not_given_out() {
        assert!(ssn(&digits("123-45-6789")));
        for wrong in [
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
            "078-05-1120",
        ] {
            assert!(!ssn(&digits(wrong)), "{wrong}");
        }
    }
}
