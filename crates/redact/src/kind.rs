//! The kinds of personal data: a closed list. Stores keep their names and placeholders carry them, so a name is never
//! changed or given another meaning; docs/kinds.md is made of this table.

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $variant:ident $name:literal [$($presidio:literal),*] )*) => {
        /// A kind of personal data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $( $(#[doc = $doc])* $variant, )* }

        impl Kind {
            /// Every kind, in the order of the manual.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The name, as in placeholders and answers.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What it covers.
            pub fn doc(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),*), )* }
            }

            /// The entity types by which Presidio knows things of this kind.
            pub fn presidio(self) -> &'static [&'static str] {
                match self { $( Self::$variant => &[$($presidio),*], )* }
            }
        }
    };
}

kinds! {
    /// A person's name.
    Person "PERSON" ["PERSON"]
    /// A company, authority or other body.
    Organization "ORGANIZATION" ["ORGANIZATION"]
    /// A country, region, town or other place.
    Location "LOCATION" ["LOCATION"]
    /// A street address or a part of one.
    Address "ADDRESS" []
    /// A postal code.
    Postcode "POSTCODE" ["UK_POSTCODE", "CA_POSTAL_CODE", "DE_PLZ"]
    /// A nationality, religion or political group.
    Nationality "NATIONALITY" ["NRP"]
    /// An occupation.
    Profession "PROFESSION" []
    /// A relation to another person, such as a family member.
    Relation "RELATION" []
    /// A person's age.
    Age "AGE" ["AGE"]
    /// A person's sex or gender.
    Gender "GENDER" []
    /// A date or a time.
    Date "DATE" ["DATE_TIME"]
    /// A statement about health: a disease, a treatment, a medicine.
    Health "HEALTH" [
        "MEDICAL_BIOLOGICAL_ATTRIBUTE", "MEDICAL_BIOLOGICAL_STRUCTURE", "MEDICAL_CLINICAL_EVENT",
        "MEDICAL_DISEASE_DISORDER", "MEDICAL_FAMILY_HISTORY", "MEDICAL_HISTORY",
        "MEDICAL_MEDICATION", "MEDICAL_THERAPEUTIC_PROCEDURE"
    ]
    /// An e-mail address.
    Email "EMAIL" ["EMAIL_ADDRESS"]
    /// A telephone or fax number.
    Phone "PHONE" ["PHONE_NUMBER", "ZA_MOBILE_NUMBER", "ZA_TELEPHONE_NUMBER"]
    /// A web address.
    Url "URL" ["URL"]
    /// The name of an account.
    Username "USERNAME" []
    /// An IP address.
    Ip "IP" ["IP_ADDRESS"]
    /// The hardware address of a network interface.
    Mac "MAC" ["MAC_ADDRESS"]
    /// A universally unique identifier.
    Uuid "UUID" ["UUID"]
    /// The number of a device: IMEI, serial number, advertising identifier.
    Device "DEVICE" []
    /// Coordinates of a place.
    Coordinates "COORDINATES" []
    /// A payment card.
    Card "CARD" ["CREDIT_CARD"]
    /// An international bank account number.
    Iban "IBAN" ["IBAN_CODE"]
    /// A bank account in a national form.
    BankAccount "BANK_ACCOUNT" ["US_BANK_NUMBER"]
    /// The code of a bank: BIC, routing number, sort code.
    BankCode "BANK_CODE" ["ABA_ROUTING_NUMBER"]
    /// The number of a security, such as an ISIN.
    Instrument "INSTRUMENT" []
    /// The address of a cryptocurrency wallet.
    Wallet "WALLET" ["CRYPTO"]
    /// A sum of money or another quantity.
    Amount "AMOUNT" []
    /// The number of an identity card or a national register.
    NationalId "NATIONAL_ID" [
        "DE_ID_CARD", "ES_NIE", "ES_NIF", "FI_PERSONAL_IDENTITY_CODE", "IN_AADHAAR", "IN_VOTER",
        "IT_IDENTITY_CARD", "KR_FRN", "KR_RRN", "NG_NIN", "PL_PESEL", "SE_PERSONNUMMER",
        "SG_NRIC_FIN", "TH_TNIN", "TR_NATIONAL_ID", "ZA_ID_NUMBER"
    ]
    /// A person's tax number.
    TaxId "TAX_ID" [
        "AU_TFN", "DE_TAX_ID", "DE_TAX_NUMBER", "IN_PAN", "IT_FISCAL_CODE", "PH_TIN", "US_ITIN",
        "US_PROVIDER_TAX_ID", "ZA_INCOME_TAX_NUMBER"
    ]
    /// A social security or national insurance number.
    SocialSecurity "SOCIAL_SECURITY" [
        "CA_SIN", "DE_SOCIAL_SECURITY", "PH_UMID", "UK_NINO", "US_SSN"
    ]
    /// The number of a passport.
    Passport "PASSPORT" [
        "DE_PASSPORT", "ES_PASSPORT", "IN_PASSPORT", "IT_PASSPORT", "KR_PASSPORT", "PH_PASSPORT",
        "UK_PASSPORT", "US_PASSPORT", "ZA_PASSPORT"
    ]
    /// The number of a driving licence.
    DrivingLicense "DRIVING_LICENSE" [
        "DE_FUEHRERSCHEIN", "IT_DRIVER_LICENSE", "KR_DRIVER_LICENSE", "UK_DRIVING_LICENCE",
        "US_DRIVER_LICENSE", "ZA_DRIVER_LICENSE"
    ]
    /// A patient, health insurance or treatment number.
    HealthId "HEALTH_ID" [
        "AU_MEDICARE", "DE_HEALTH_INSURANCE", "UK_NHS", "US_CLAIM_NUMBER",
        "US_HEALTH_INSURANCE_MEMBER_ID", "US_MBI", "US_PRESCRIPTION_NUMBER",
        "US_PRIOR_AUTHORIZATION_NUMBER", "US_REFERRAL_NUMBER"
    ]
    /// A number by which a profession is licensed or registered.
    ProfessionalId "PROFESSIONAL_ID" ["DE_BSNR", "DE_LANR", "MEDICAL_LICENSE", "US_NPI"]
    /// The registration or tax number of a company.
    CompanyId "COMPANY_ID" [
        "AU_ABN", "AU_ACN", "DE_HANDELSREGISTER", "DE_VAT_ID", "IN_GSTIN", "IT_VAT_CODE", "KR_BRN",
        "SE_ORGANISATIONSNUMMER", "SG_UEN", "ZA_COMPANY_REGISTRATION", "ZA_VAT_NUMBER"
    ]
    /// The identification number of a vehicle.
    Vehicle "VEHICLE" []
    /// A vehicle's registration plate.
    Plate "PLATE" [
        "DE_KFZ", "IN_VEHICLE_REGISTRATION", "NG_VEHICLE_REGISTRATION", "TR_LICENSE_PLATE",
        "UK_VEHICLE_REGISTRATION", "ZA_LICENSE_PLATE"
    ]
    /// The number of a court case, file or application.
    Case "CASE" []
    /// A password, key, token or connection string.
    Secret "SECRET" []
    /// Another number or code that points to a person.
    Id "ID" ["ZA_TRAFFIC_REGISTER_NUMBER"]
    /// Found by a rule that a user added.
    Custom "CUSTOM" []
}

impl Kind {
    /// Finds the kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_name_is_unique_and_fits_a_placeholder() {
        let names: HashSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let name = kind.name();
            assert!(name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{name}");
            assert!(!name.starts_with('_') && !name.ends_with('_'), "{name}");
            assert_eq!(Kind::parse(name), Some(*kind));
        }
    }

    #[test]
    fn presidio_names_belong_to_one_kind() {
        let mut seen = HashSet::new();
        for name in Kind::ALL.iter().flat_map(|kind| kind.presidio()) {
            assert!(seen.insert(name), "{name} stands twice");
        }
    }
}
