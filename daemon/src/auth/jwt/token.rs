//! A signed token in its compact form (RFC 7515), and the keys that can have signed it. Nothing a token says chooses how
//! it is checked: a key belongs to one algorithm, and a token of another is not its own. What encodes the same bytes in
//! two ways is refused, so that a token has one spelling.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The longest token: tokens of identity providers have one or two KiB.
pub(super) const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// How a token is signed. `none` is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// HMAC with SHA-256: whoever can check can also sign.
    Hs256,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Every algorithm.
    pub(crate) const ALL: &'static [Self] = &[Self::Hs256, Self::Rs256, Self::Es256];

    /// Its registered name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }
}

/// Why a token is none of ours. Nothing of the token is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("it is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    #[error("it has not the form of a signed token")]
    Form,
    #[error("its header asks for something that is not supported")]
    Header,
    #[error("its algorithm is not among those that are allowed (jwt.algorithm)")]
    Algorithm,
    #[error("no key is known by the name in its header")]
    NoKey,
    #[error("its signature is not that of the key")]
    Signature,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    crit: Option<IgnoredAny>,
    /// A payload that is not encoded.
    b64: Option<IgnoredAny>,
}

/// A token that is well-formed and not yet believed.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    signed: &'t str,
    signature: Vec<u8>,
    claims: Vec<u8>,
}

impl<'t> Token<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it has not the form of one, or asks for something that nobody here does.
    pub(super) fn parse(text: &'t str) -> Result<Self, Flaw> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(Flaw::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Flaw::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(Flaw::Form)?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Flaw::Form);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Flaw::Header)?;
        if header.crit.is_some() || header.b64.is_some() {
            return Err(Flaw::Header);
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(Flaw::Algorithm)?;
        let (signature, claims) = (decode(signature)?, decode(claims)?);
        Ok(Self { algorithm, kid: header.kid, signed, signature, claims })
    }

    /// What it claims, once a key says that it signed it.
    ///
    /// # Errors
    /// When it did not.
    pub(super) fn claims(self, key: &Key) -> Result<Vec<u8>, Flaw> {
        let message = self.signed.as_bytes();
        let good = key.algorithm() == self.algorithm
            && match key {
                Key::Hs256(key) => hmac::verify(key, message, &self.signature).is_ok(),
                Key::Rs256(key) => {
                    let parameters = &RSA_PKCS1_2048_8192_SHA256;
                    key.verify(parameters, message, &self.signature).is_ok()
                }
                Key::Es256(key) => key.verify(message, &self.signature).is_ok(),
            };
        if good { Ok(self.claims) } else { Err(Flaw::Signature) }
    }
}

/// What can have signed tokens, by one algorithm each.
#[derive(Debug)]
pub(super) enum Key {
    Hs256(hmac::Key),
    Rs256(RsaPublicKeyComponents<Vec<u8>>),
    Es256(UnparsedPublicKey<Vec<u8>>),
}

impl Key {
    /// A shared secret.
    pub(super) fn secret(secret: &[u8]) -> Self {
        Self::Hs256(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// A public RSA key by its modulus and exponent.
    pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Self {
        Self::Rs256(RsaPublicKeyComponents { n, e })
    }

    /// A public key on P-256 by the coordinates of its point.
    pub(super) fn p256(x: &[u8], y: &[u8]) -> Self {
        // SEC 1: a point that is not compressed begins with 4.
        let point = [&[4], x, y].concat();
        Self::Es256(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point))
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hs256(_) => Algorithm::Hs256,
            Self::Rs256(_) => Algorithm::Rs256,
            Self::Es256(_) => Algorithm::Es256,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    }

    const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const BUSINESS: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
    pub(in super::super) const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    pub(in super::super) const EC_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    pub(in super::super) const EC_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    /// A token of the standards, by the section that it stands in, with its key.
    fn vectors() -> Vec<(&'static str, String, Key)> {
        let token = |header: &str, payload: &str, signature: &str| {
            let encoded = BASE64URL_NOPAD.encode(header.as_bytes());
            format!("{encoded}.{payload}.{signature}")
        };
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let cookbook = "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw";
        vec![
            (
                "RFC 7515 A.1",
                token(
                    "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
                    PAYLOAD,
                    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                ),
                Key::secret(&bytes(secret)),
            ),
            (
                "RFC 7515 A.2",
                token(
                    "{\"alg\":\"RS256\"}",
                    PAYLOAD,
                    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
                ),
                Key::rsa(bytes(RSA_N), bytes("AQAB")),
            ),
            (
                "RFC 7515 A.3",
                token(
                    "{\"alg\":\"ES256\"}",
                    PAYLOAD,
                    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
                ),
                Key::p256(&bytes(EC_X), &bytes(EC_Y)),
            ),
            (
                "RFC 7520 4.1",
                token(
                    "{\"alg\":\"RS256\",\"kid\":\"bilbo.baggins@hobbiton.example\"}",
                    BUSINESS,
                    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
                ),
                Key::rsa(bytes(cookbook), bytes("AQAB")),
            ),
            (
                "RFC 7520 4.4",
                token(
                    "{\"alg\":\"HS256\",\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\"}",
                    BUSINESS,
                    "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
                ),
                Key::secret(&bytes("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg")),
            ),
        ]
    }

    #[test]
    fn the_tokens_of_the_standards_are_read_with_their_own_key_and_no_other() {
        for (name, text, _) in vectors() {
            for (other, _, key) in vectors() {
                let claims = Token::parse(&text).unwrap().claims(&key);
                assert_eq!(claims.is_ok(), name == other, "{name} with the key of {other}");
            }
        }
    }

    #[test]
    fn no_other_byte_anywhere_verifies() {
        for (name, text, key) in vectors() {
            for at in 0..text.len() {
                for flip in [1, 2, 16, 32] {
                    let mut wrong = text.clone().into_bytes();
                    wrong[at] ^= flip;
                    let Ok(wrong) = String::from_utf8(wrong) else { continue };
                    let read = Token::parse(&wrong).and_then(|token| token.claims(&key));
                    assert!(read.is_err(), "{name}, byte {at} ^ {flip}");
                }
            }
        }
    }

    #[test]
    fn no_cut_and_no_addition_verifies() {
        for (name, text, key) in vectors() {
            let read = |text: &str| Token::parse(text).and_then(|token| token.claims(&key));
            for at in 0..text.len() {
                assert!(read(&text[..at]).is_err(), "{name} cut at {at}");
            }
            for more in ["=", "A", ".", ".A", " "] {
                assert!(read(&format!("{text}{more}")).is_err(), "{name} and {more}");
                assert!(read(&format!("{more}{text}")).is_err(), "{more} and {name}");
            }
        }
    }

    #[test]
    fn a_header_cannot_choose_how_it_is_checked() {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let parse = |header: &str| {
            let text = format!("{}.{PAYLOAD}.AAAA", encode(header));
            Token::parse(&text).map(|token| token.algorithm)
        };
        assert_eq!(parse("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"x\":1}"), Ok(Algorithm::Hs256));
        for alg in ["none", "None", "NONE", "", "HS384", "RS512", "PS256", "EdDSA", "hs256"] {
            assert_eq!(parse(&format!("{{\"alg\":\"{alg}\"}}")), Err(Flaw::Algorithm), "{alg}");
        }
        for header in [
            "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
            "{\"alg\":\"HS256\",\"crit\":[]}",
            "{\"alg\":\"HS256\",\"b64\":false}",
            "{\"alg\":\"RS256\",\"alg\":\"HS256\"}",
            "{\"alg\":[\"HS256\"]}",
            "{}",
            "[]",
            "",
        ] {
            assert_eq!(parse(header), Err(Flaw::Header), "{header}");
        }
        let unsigned = format!("{}.{PAYLOAD}.", encode("{\"alg\":\"none\"}"));
        assert_eq!(Token::parse(&unsigned).map(|_| ()), Err(Flaw::Algorithm));
    }

    /// The classic: a token signed by HMAC with the public RSA key as its secret, in every spelling of that key.
    #[test]
    fn a_public_key_is_no_secret() {
        let header = BASE64URL_NOPAD.encode(b"{\"alg\":\"HS256\"}");
        let signed = format!("{header}.{PAYLOAD}");
        let key = Key::rsa(bytes(RSA_N), bytes("AQAB"));
        for secret in
            [RSA_N.as_bytes().to_vec(), bytes(RSA_N), [bytes(RSA_N), bytes("AQAB")].concat()]
        {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
            let text = format!("{signed}.{}", BASE64URL_NOPAD.encode(tag.as_ref()));
            assert_eq!(Token::parse(&text).unwrap().claims(&key), Err(Flaw::Signature));
            assert!(Token::parse(&text).unwrap().claims(&Key::secret(&secret)).is_ok());
        }
    }

    #[test]
    fn a_token_has_a_length_and_three_parts() {
        let long = "A".repeat(TOKEN_BYTES_MAX + 1);
        assert_eq!(Token::parse(&long).map(|_| ()), Err(Flaw::TooLong));
        for text in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.!", "e30.e30.A"] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }
}
