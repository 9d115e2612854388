//! Check digits and forbidden values: pure predicates on what a scanner has cut out.

mod africa_oceania;
mod america;
mod asia;
mod britain;
mod central_europe;
mod devices;
#[cfg(test)]
mod examples;
mod finance;
mod general;
mod iberia;
mod northern_europe;
mod south_america;
mod southeast_europe;
mod sums;
mod western_europe;

/// A predicate on the ASCII letters and digits of what a rule has cut out.
pub(crate) type Check = fn(&[u8]) -> bool;

/// The check functions by which rule files ask for them.
const CHECKS: &[(&str, Check)] = &[
    ("date", general::date),
    ("mac", general::mac),
    ("uuid", general::uuid),
    ("za-id", africa_oceania::za_id),
    ("za-tax", africa_oceania::za_tax),
    ("za-company", africa_oceania::za_company),
    ("ng-nin", africa_oceania::ng_nin),
    ("au-tfn", africa_oceania::au_tfn),
    ("au-abn", africa_oceania::au_abn),
    ("au-acn", africa_oceania::au_acn),
    ("au-medicare", africa_oceania::au_medicare),
    ("au-health-identifier", africa_oceania::au_health_identifier),
    ("nz-ird", africa_oceania::nz_ird),
    ("nz-nhi", africa_oceania::nz_nhi),
    ("us-ssn", america::us_ssn),
    ("us-itin", america::us_itin),
    ("us-ein", america::us_ein),
    ("us-npi", america::us_npi),
    ("us-dea", america::us_dea),
    ("us-aba", america::us_aba),
    ("us-zip", america::us_zip),
    ("ca-sin", america::ca_sin),
    ("ca-bn", america::ca_bn),
    ("ca-ohip", america::ca_ohip),
    ("ca-phn", america::ca_phn),
    ("ca-postal-code", america::ca_postal_code),
    ("mx-curp", america::mx_curp),
    ("mx-rfc", america::mx_rfc),
    ("mx-clabe", america::mx_clabe),
    ("mx-nss", america::mx_nss),
    ("mx-voter", america::mx_voter),
    ("in-aadhaar", asia::in_aadhaar),
    ("in-pan", asia::in_pan),
    ("in-gstin", asia::in_gstin),
    ("in-plate", asia::in_plate),
    ("cn-resident", asia::cn_resident),
    ("cn-credit-code", asia::cn_credit_code),
    ("jp-my-number", asia::jp_my_number),
    ("jp-corporate", asia::jp_corporate),
    ("kr-resident", asia::kr_resident),
    ("kr-foreigner", asia::kr_foreigner),
    ("kr-business", asia::kr_business),
    ("kr-driving-license", asia::kr_driving_license),
    ("tw-id", asia::tw_id),
    ("hk-id", asia::hk_id),
    ("sg-nric", asia::sg_nric),
    ("sg-uen", asia::sg_uen),
    ("th-id", asia::th_id),
    ("my-id", asia::my_id),
    ("id-nik", asia::id_nik),
    ("pk-cnic", asia::pk_cnic),
    ("il-id", asia::il_id),
    ("ae-id", asia::ae_id),
    ("uk-nhs", britain::uk_nhs),
    ("uk-chi", britain::uk_chi),
    ("uk-nino", britain::uk_nino),
    ("uk-utr", britain::uk_utr),
    ("uk-driving-licence", britain::uk_driving_licence),
    ("uk-plate", britain::uk_plate),
    ("uk-postcode", britain::uk_postcode),
    ("uk-vat", britain::uk_vat),
    ("ie-pps", britain::ie_pps),
    ("ie-vat", britain::ie_vat),
    ("de-tax-id", central_europe::de_tax_id),
    ("de-tax-number", central_europe::de_tax_number),
    ("de-social-security", central_europe::de_social_security),
    ("de-health-insurance", central_europe::de_health_insurance),
    ("icao-document", central_europe::icao_document),
    ("de-lanr", central_europe::de_lanr),
    ("de-vat", central_europe::de_vat),
    ("de-postcode", central_europe::de_postcode),
    ("at-svnr", central_europe::at_svnr),
    ("at-vat", central_europe::at_vat),
    ("at-tax", central_europe::at_tax),
    ("ch-ahv", central_europe::ch_ahv),
    ("ch-uid", central_europe::ch_uid),
    ("pl-pesel", central_europe::pl_pesel),
    ("pl-nip", central_europe::pl_nip),
    ("pl-regon", central_europe::pl_regon),
    ("pl-id-card", central_europe::pl_id_card),
    ("pl-passport", central_europe::pl_passport),
    ("cz-birth-number", central_europe::cz_birth_number),
    ("cz-ico", central_europe::cz_ico),
    ("cz-vat", central_europe::cz_vat),
    ("sk-vat", central_europe::sk_vat),
    ("hu-taj", central_europe::hu_taj),
    ("hu-tax-id", central_europe::hu_tax_id),
    ("hu-vat", central_europe::hu_vat),
    ("hu-person", central_europe::hu_person),
    ("dk-cpr", central_europe::dk_cpr),
    ("imei", devices::imei),
    ("imei-version", devices::imei_version),
    ("iccid", devices::iccid),
    ("imsi", devices::imsi),
    ("vin-form", devices::vin_form),
    ("vin", devices::vin),
    ("bic", finance::bic),
    ("isin", finance::isin),
    ("lei", finance::lei),
    ("cusip", finance::cusip),
    ("sedol", finance::sedol),
    ("es-dni", iberia::es_dni),
    ("es-nie", iberia::es_nie),
    ("es-nif-other", iberia::es_nif_other),
    ("es-cif", iberia::es_cif),
    ("es-nuss", iberia::es_nuss),
    ("es-ccc", iberia::es_ccc),
    ("es-postcode", iberia::es_postcode),
    ("es-plate-province", iberia::es_plate_province),
    ("es-cadastral", iberia::es_cadastral),
    ("pt-nif", iberia::pt_nif),
    ("pt-cc", iberia::pt_cc),
    ("pt-niss", iberia::pt_niss),
    ("pt-nib", iberia::pt_nib),
    ("dk-cvr", northern_europe::dk_cvr),
    ("no-birth-number", northern_europe::no_birth_number),
    ("no-organisation", northern_europe::no_organisation),
    ("se-personal-number", northern_europe::se_personal_number),
    ("se-organisation", northern_europe::se_organisation),
    ("se-vat", northern_europe::se_vat),
    ("fi-identity-code", northern_europe::fi_identity_code),
    ("fi-business", northern_europe::fi_business),
    ("baltic-personal-code", northern_europe::baltic_personal_code),
    ("lv-personal-code", northern_europe::lv_personal_code),
    ("is-kennitala", northern_europe::is_kennitala),
    ("ee-vat", northern_europe::ee_vat),
    ("lt-vat", northern_europe::lt_vat),
    ("lv-vat", northern_europe::lv_vat),
    ("br-cpf", south_america::br_cpf),
    ("br-cnpj", south_america::br_cnpj),
    ("br-pis", south_america::br_pis),
    ("br-cnh", south_america::br_cnh),
    ("br-voter", south_america::br_voter),
    ("br-renavam", south_america::br_renavam),
    ("br-health-card", south_america::br_health_card),
    ("ar-cuit", south_america::ar_cuit),
    ("ar-cbu", south_america::ar_cbu),
    ("cl-rut", south_america::cl_rut),
    ("co-nit", south_america::co_nit),
    ("pe-ruc", south_america::pe_ruc),
    ("uy-id", south_america::uy_id),
    ("uy-rut", south_america::uy_rut),
    ("ec-id", south_america::ec_id),
    ("ec-ruc", south_america::ec_ruc),
    ("ve-rif", south_america::ve_rif),
    ("ro-cnp", southeast_europe::ro_cnp),
    ("ro-cui", southeast_europe::ro_cui),
    ("bg-egn", southeast_europe::bg_egn),
    ("bg-vat", southeast_europe::bg_vat),
    ("bg-foreigner", southeast_europe::bg_foreigner),
    ("jmbg", southeast_europe::jmbg),
    ("rs-pib", southeast_europe::rs_pib),
    ("tr-id", southeast_europe::tr_id),
    ("tr-tax", southeast_europe::tr_tax),
    ("tr-plate", southeast_europe::tr_plate),
    ("ru-inn", southeast_europe::ru_inn),
    ("ru-snils", southeast_europe::ru_snils),
    ("ua-tax", southeast_europe::ua_tax),
    ("kz-iin", southeast_europe::kz_iin),
    ("luhn-number", sums::luhn_number),
    ("fr-nir", western_europe::fr_nir),
    ("fr-siren", western_europe::fr_siren),
    ("fr-siret", western_europe::fr_siret),
    ("fr-spi", western_europe::fr_spi),
    ("fr-vat", western_europe::fr_vat),
    ("fr-rib", western_europe::fr_rib),
    ("fr-rpps", western_europe::fr_rpps),
    ("it-fiscal-code", western_europe::it_fiscal_code),
    ("it-vat", western_europe::it_vat),
    ("nl-bsn", western_europe::nl_bsn),
    ("nl-vat", western_europe::nl_vat),
    ("be-nrn", western_europe::be_nrn),
    ("be-company", western_europe::be_company),
    ("lu-id", western_europe::lu_id),
    ("lu-vat", western_europe::lu_vat),
    ("cy-vat", western_europe::cy_vat),
    ("mt-vat", western_europe::mt_vat),
    ("gr-afm", western_europe::gr_afm),
    ("gr-vat", western_europe::gr_vat),
    ("gr-amka", western_europe::gr_amka),
    ("hr-oib", western_europe::hr_oib),
    ("hr-vat", western_europe::hr_vat),
    ("si-tax", western_europe::si_tax),
];

/// Finds the check function of that name.
pub(crate) fn by_name(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(other, _)| *other == name).map(|(_, check)| *check)
}

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

    #[test]
    fn a_check_function_is_found_by_its_own_name_only() {
        assert!(by_name("es-dni").is_some_and(|check| check(b"12345678Z")));
        assert!(by_name("es_dni").is_none() && by_name("").is_none());
        for (at, (name, check)) in CHECKS.iter().enumerate() {
            assert!(CHECKS[at + 1..].iter().all(|(other, _)| other != name), "{name} stands twice");
            assert!(!check(b"") && !check(b"-") && !check(&[b'A'; 64]), "{name} takes anything");
        }
    }

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
