//! Countries, and the names, streets and towns from which invented people and addresses are put together.
//! The scripts are many on purpose: what breaks on a name breaks here first.

use std::sync::LazyLock;

/// A country. The ids of the United Kingdom and Costa Rica are those of real accounts; the others are
/// invented (API notes §11).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Country {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) iso2: &'static str,
    pub(crate) iso3: &'static str,
    pub(crate) currency: &'static str,
}

/// Where people live: everything that a name and an address in one country need.
pub(crate) struct Place {
    pub(crate) country: &'static Country,
    /// First names, as written and in ASCII for e-mail addresses.
    pub(crate) first_names: &'static [(&'static str, &'static str)],
    /// Last names, likewise.
    pub(crate) last_names: &'static [(&'static str, &'static str)],
    pub(crate) streets: &'static [&'static str],
    /// Whether the house number stands before the street.
    pub(crate) number_first: bool,
    /// Town, county or state, and a postal code.
    pub(crate) towns: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) dialling_code: &'static str,
    pub(crate) company_endings: &'static [&'static str],
}

const fn country(
    id: u32,
    name: &'static str,
    iso2: &'static str,
    iso3: &'static str,
    currency: &'static str,
) -> Country {
    Country { id, name, iso2, iso3, currency }
}

/// The countries in which people live, in the order of [`PLACES`].
pub(crate) static COUNTRIES: [Country; 12] = [
    country(222, "United Kingdom", "GB", "GBR", "GBP"),
    country(223, "United States", "US", "USA", "USD"),
    country(282, "Costa Rica", "CR", "CRI", "CRC"),
    country(73, "France", "FR", "FRA", "EUR"),
    country(81, "Germany", "DE", "DEU", "EUR"),
    country(195, "Spain", "ES", "ESP", "EUR"),
    country(170, "Poland", "PL", "POL", "PLN"),
    country(84, "Greece", "GR", "GRC", "EUR"),
    country(220, "Ukraine", "UA", "UKR", "UAH"),
    country(107, "Japan", "JP", "JPN", "JPY"),
    country(99, "India", "IN", "IND", "INR"),
    country(103, "Ireland", "IE", "IRL", "EUR"),
];

pub(crate) static PLACES: [Place; 12] = [
    Place {
        country: &COUNTRIES[0],
        first_names: &[
            ("Amelia", "amelia"),
            ("Zoë", "zoe"),
            ("Oliver", "oliver"),
            ("Siân", "sian"),
            ("Hamish", "hamish"),
            ("Priya", "priya"),
            ("George", "george"),
            ("Chloé", "chloe"),
        ],
        last_names: &[
            ("Whitcombe", "whitcombe"),
            ("D'Arcy", "darcy"),
            ("Okonkwo", "okonkwo"),
            ("MacLeòid", "macleoid"),
            ("Featherstone-Haugh", "featherstonehaugh"),
            ("Brontë", "bronte"),
            ("Smith", "smith"),
            ("Patel", "patel"),
        ],
        streets: &["Lime Walk", "St. Mary's Row", "Harbour Road", "The Old Brewery"],
        number_first: true,
        towns: &[
            ("Norwich", "Norfolk", "NR3 9ZZ"),
            ("Truro", "Cornwall", "TR1 9ZZ"),
            ("King's Lynn", "Norfolk", "PE30 9ZZ"),
            ("Caernarfon", "Gwynedd", "LL55 9ZZ"),
        ],
        dialling_code: "+44 1632",
        company_endings: &["Ltd", "& Sons Ltd", "PLC"],
    },
    Place {
        country: &COUNTRIES[1],
        first_names: &[
            ("Avery", "avery"),
            ("Jayden", "jayden"),
            ("Maria", "maria"),
            ("DeShawn", "deshawn"),
            ("Beyoncé", "beyonce"),
            ("Tyler", "tyler"),
        ],
        last_names: &[
            ("Johnson", "johnson"),
            ("Nguyễn", "nguyen"),
            ("O'Malley", "omalley"),
            ("Washington", "washington"),
            ("Peña", "pena"),
            ("Schmidt III", "schmidt"),
        ],
        streets: &["Main St", "Martin Luther King Jr. Blvd", "NW 4th Ave, Apt #12", "Route 66"],
        number_first: true,
        towns: &[
            ("Springfield", "IL", "62799"),
            ("Coeur d'Alene", "ID", "83899"),
            ("Cañon City", "CO", "81299"),
            ("Winston-Salem", "NC", "27199"),
        ],
        dialling_code: "+1 555",
        company_endings: &["Inc.", "LLC", "& Co."],
    },
    Place {
        country: &COUNTRIES[2],
        first_names: &[("José", "jose"), ("Lucía", "lucia"), ("Ángel", "angel"), ("Ximena", "ximena")],
        last_names: &[
            ("Núñez Araya", "nunez"),
            ("Jiménez", "jimenez"),
            ("Solís", "solis"),
            ("Güell", "guell"),
        ],
        streets: &["Avenida Central", "Calle 7, 200 m norte de la iglesia"],
        number_first: false,
        towns: &[("San José", "San José", "10101"), ("Limón", "Limón", "70101")],
        dialling_code: "+506 2",
        company_endings: &["S.A.", "S.R.L."],
    },
    Place {
        country: &COUNTRIES[3],
        first_names: &[
            ("Élodie", "elodie"),
            ("François", "francois"),
            ("Noëlle", "noelle"),
            ("Jérôme", "jerome"),
        ],
        last_names: &[
            ("Lefèvre", "lefevre"),
            ("D’Ormesson", "dormesson"),
            ("Œuvrard", "oeuvrard"),
            ("Saint-Étienne", "saintetienne"),
        ],
        streets: &["rue de l'Église", "boulevard Haussmann", "chemin des Acacias"],
        number_first: true,
        towns: &[
            ("Besançon", "Doubs", "25000"),
            ("L'Haÿ-les-Roses", "Val-de-Marne", "94240"),
            ("Nîmes", "Gard", "30900"),
        ],
        dialling_code: "+33 1 99",
        company_endings: &["SARL", "SAS", "et Fils"],
    },
    Place {
        country: &COUNTRIES[4],
        first_names: &[
            ("Jürgen", "juergen"),
            ("Käthe", "kaethe"),
            ("Björn", "bjoern"),
            ("Anneliese", "anneliese"),
        ],
        last_names: &[
            ("Müller-Lüdenscheidt", "mueller"),
            ("Groß", "gross"),
            ("Weiß", "weiss"),
            ("von der Höhe", "vonderhoehe"),
        ],
        streets: &["Königstraße", "Am Lindenhof", "Große Bleichen"],
        number_first: false,
        towns: &[
            ("Göttingen", "Niedersachsen", "37073"),
            ("Weißenfels", "Sachsen-Anhalt", "06667"),
            ("München", "Bayern", "80999"),
        ],
        dialling_code: "+49 30 23125",
        company_endings: &["GmbH", "GmbH & Co. KG", "AG"],
    },
    Place {
        country: &COUNTRIES[5],
        first_names: &[("Íñigo", "inigo"), ("Begoña", "begona"), ("Núria", "nuria"), ("Andrés", "andres")],
        last_names: &[
            ("Muñoz", "munoz"),
            ("Etxeberria", "etxeberria"),
            ("Güemes", "guemes"),
            ("Ibáñez", "ibanez"),
        ],
        streets: &["Calle del Niño Jesús", "Passeig de Gràcia"],
        number_first: false,
        towns: &[
            ("A Coruña", "Galicia", "15001"),
            ("Logroño", "La Rioja", "26001"),
            ("Cádiz", "Andalucía", "11001"),
        ],
        dialling_code: "+34 919",
        company_endings: &["S.L.", "S.A."],
    },
    Place {
        country: &COUNTRIES[6],
        first_names: &[
            ("Łukasz", "lukasz"),
            ("Małgorzata", "malgorzata"),
            ("Wójciech", "wojciech"),
            ("Żaneta", "zaneta"),
        ],
        last_names: &[
            ("Wiśniewski", "wisniewski"),
            ("Brzęczyszczykiewicz", "brzeczyszczykiewicz"),
            ("Dąbrowska", "dabrowska"),
        ],
        streets: &["ul. Świętego Marcina", "al. Jerozolimskie"],
        number_first: false,
        towns: &[("Łódź", "łódzkie", "90-001"), ("Gdańsk", "pomorskie", "80-001")],
        dialling_code: "+48 22 550",
        company_endings: &["Sp. z o.o.", "S.A."],
    },
    Place {
        country: &COUNTRIES[7],
        first_names: &[("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Χρύσα", "chrysa")],
        last_names: &[("Παπαδόπουλος", "papadopoulos"), ("Οικονόμου", "oikonomou"), ("Ψαρράς", "psarras")],
        streets: &["Λεωφόρος Αλεξάνδρας", "Οδός Ερμού"],
        number_first: false,
        towns: &[("Θεσσαλονίκη", "Κεντρική Μακεδονία", "546 22"), ("Πάτρα", "Δυτική Ελλάδα", "262 21")],
        dialling_code: "+30 21 0999",
        company_endings: &["Α.Ε.", "Ε.Π.Ε."],
    },
    Place {
        country: &COUNTRIES[8],
        first_names: &[("Олена", "olena"), ("Тарас", "taras"), ("Ярослав", "yaroslav")],
        last_names: &[("Шевченко", "shevchenko"), ("Дем'яненко", "demianenko"), ("Ґудзь", "gudz")],
        streets: &["вул. Хрещатик", "просп. Свободи"],
        number_first: false,
        towns: &[
            ("Львів", "Львівська область", "79000"),
            ("Кам'янець-Подільський", "Хмельницька область", "32300"),
        ],
        dialling_code: "+380 44 999",
        company_endings: &["ТОВ", "ПП"],
    },
    Place {
        country: &COUNTRIES[9],
        first_names: &[("さくら", "sakura"), ("健太", "kenta"), ("葵", "aoi")],
        last_names: &[("髙橋", "takahashi"), ("小林", "kobayashi"), ("渡邉", "watanabe")],
        streets: &["銀座", "本町"],
        number_first: false,
        towns: &[("札幌市", "北海道", "060-0001"), ("京都市", "京都府", "600-8001")],
        dialling_code: "+81 3 0999",
        company_endings: &["株式会社", "合同会社"],
    },
    Place {
        country: &COUNTRIES[10],
        first_names: &[("आरव", "aarav"), ("Lakshmi", "lakshmi"), ("प्रिया", "priya")],
        last_names: &[("शर्मा", "sharma"), ("Iyer", "iyer"), ("Kṛṣṇan", "krishnan")],
        streets: &["MG Road", "महात्मा गांधी मार्ग"],
        number_first: true,
        towns: &[("Bengaluru", "Karnataka", "560001"), ("मुंबई", "महाराष्ट्र", "400001")],
        dialling_code: "+91 22 2999",
        company_endings: &["Pvt. Ltd.", "& Brothers"],
    },
    Place {
        country: &COUNTRIES[11],
        first_names: &[("Siobhán", "siobhan"), ("Pádraig", "padraig"), ("Caoimhe", "caoimhe")],
        last_names: &[
            ("Ó Súilleabháin", "osuilleabhain"),
            ("Nic Dhonncha", "nicdhonncha"),
            ("O'Brien", "obrien"),
        ],
        streets: &["Sráid an Chaisleáin", "Patrick's Quay"],
        number_first: true,
        towns: &[("Dún Laoghaire", "Dublin", "A96 X9X9"), ("Gaillimh", "Galway", "H91 X9X9")],
        dialling_code: "+353 1 999",
        company_endings: &["Teo.", "Ltd"],
    },
];

/// How often each of [`PLACES`] is home to a contact, in per mille.
pub(crate) static SHARES: [(u32, usize); 12] = [
    (330, 0),
    (300, 1),
    (40, 2),
    (60, 3),
    (70, 4),
    (50, 5),
    (30, 6),
    (25, 7),
    (20, 8),
    (25, 9),
    (25, 10),
    (25, 11),
];

/// The countries in which nobody of the history lives. The ids of real accounts are not known; these are their
/// numbers in ISO 3166 above a thousand.
static ELSEWHERE: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.txt").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &'static str| {
        let mut parts = line.splitn(4, ' ');
        let (iso2, iso3) = (parts.next()?, parts.next()?);
        let number: u32 = parts.next()?.parse().ok()?;
        Some(country(1_000 + number, parts.next()?, iso2, iso3, ""))
    };
    let is_known = |other: &Country| COUNTRIES.iter().any(|country| country.iso2 == other.iso2);
    lines.filter_map(read).filter(|country| !is_known(country)).collect()
});

/// A country of ISO 3166 by its number or by a two- or three-letter code.
pub(crate) fn country_by(matches: impl Fn(&Country) -> bool) -> Option<&'static Country> {
    COUNTRIES.iter().chain(ELSEWHERE.iter()).find(|country| matches(country))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_found_by_each_of_its_codes() {
        assert_eq!(COUNTRIES.len() + ELSEWHERE.len(), 249);
        let mut ids = std::collections::BTreeSet::new();
        for country in COUNTRIES.iter().chain(ELSEWHERE.iter()) {
            assert!(ids.insert(country.id) && country.iso2.len() == 2 && country.iso3.len() == 3);
            assert_eq!(country_by(|other| other.iso2 == country.iso2), Some(country));
            assert_eq!(country_by(|other| other.iso3 == country.iso3), Some(country));
        }
    }

    #[test]
    fn shares_cover_everything_once() {
        assert_eq!(SHARES.iter().map(|(share, _)| share).sum::<u32>(), 1000);
        assert!(SHARES.iter().enumerate().all(|(index, (_, place))| index == *place));
        for (place, country) in PLACES.iter().zip(&COUNTRIES) {
            assert_eq!(place.country, country);
        }
    }

    #[test]
    fn e_mail_names_are_plain() {
        for place in &PLACES {
            for (_, plain) in place.first_names.iter().chain(place.last_names) {
                assert!(plain.bytes().all(|byte| byte.is_ascii_lowercase()), "{plain}");
            }
        }
    }
}
