//! Enums whose values have a name that every host keeps: each stands once, as a list, from which come the enum, its
//! names, and what is told of it to those who write the hosts' code.

use serde::Serialize;

/// One enum of the contract, as data: see [`contract`](crate::contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it is called, such as `error-kind`.
    pub name: &'static str,
    /// What it says, by lines.
    pub doc: &'static [&'static str],
    /// Its values, in their order.
    pub entries: &'static [Entry],
}

/// One value of a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What Rust calls it: `NotFound`.
    pub variant: &'static str,
    /// The name, as it is spelt on every border: `not-found`.
    pub name: &'static str,
    /// The number that C has for it, where C has one. It never changes its meaning.
    pub number: Option<i32>,
    /// What it means, by lines.
    pub doc: &'static [&'static str],
    /// The members that it comes with.
    pub members: &'static [Member],
}

/// A member that a value comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it says, by lines.
    pub doc: &'static [&'static str],
}

/// An enum that was made of a list.
pub trait Named: Copy + 'static {
    /// The list as data.
    const TABLE: Table;
}

/// Makes an enum of a list: `Variant = number "name"`, with a doc comment each; the number may be left out. Beside the
/// enum it makes `ALL`, `as_str`, `Display`, `Serialize` (the name) and [`Named`].
///
/// With `facts TYPE`, each value is followed by the members of a `TYPE`, which `facts()` gives.
macro_rules! named {
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:ident),*)])?
        $visibility:vis enum $Enum:ident: $table:literal, facts $Facts:ident {
            $( $(#[doc = $line:literal])* $Variant:ident = $number:literal $name:literal { $($facts:tt)* } )*
        }
    ) => {
        $crate::named::named! {
            $(#[doc = $doc])*
            $(#[derive($($derive),*)])?
            $visibility enum $Enum: $table {
                $( $(#[doc = $line])* $Variant = $number $name, )*
            }
        }

        impl $Enum {
            const fn facts(self) -> $Facts {
                match self {
                    $( $Enum::$Variant => $Facts { $($facts)* }, )*
                }
            }
        }
    };
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:ident),*)])?
        $visibility:vis enum $Enum:ident: $table:literal {
            $(
                $(#[doc = $line:literal])*
                $Variant:ident $(= $number:literal)? $name:literal
                    $({ $( $(#[doc = $member_line:literal])* $member:ident )* })?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, $($($derive),*)?)]
        $visibility enum $Enum {
            $( $(#[doc = $line])* #[serde(rename = $name)] $Variant $(= $number)?, )*
        }

        impl $Enum {
            /// Every value, in the order of the list.
            $visibility const ALL: [$Enum; [$($name),*].len()] = [$( $Enum::$Variant ),*];

            /// The name, as every host spells it.
            $visibility const fn as_str(self) -> &'static str {
                match self {
                    $( $Enum::$Variant => $name, )*
                }
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::named::Named for $Enum {
            const TABLE: $crate::named::Table = $crate::named::Table {
                name: $table,
                doc: &[$($doc),*],
                entries: &[$(
                    $crate::named::Entry {
                        variant: stringify!($Variant),
                        name: $name,
                        number: $crate::named::named!(@number $($number)?),
                        doc: &[$($line),*],
                        members: &[$($(
                            $crate::named::Member { name: stringify!($member), doc: &[$($member_line),*] }
                        ),*)?],
                    }
                ),*],
            };
        }
    };
    (@number $number:literal) => { Some($number) };
    (@number) => { None };
}

/// Makes an enum whose values carry data, and the [`named`] enum of their kinds, of one list: `Variant`, what it carries,
/// `= number "name"`. `kind()` tells the kind of a value.
macro_rules! tagged {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $Enum:ident;
        $(#[doc = $kinds_doc:literal])*
        $kinds_visibility:vis enum $Kinds:ident: $table:literal;
        {
            $(
                $(#[doc = $line:literal])*
                $Variant:ident
                    $(($payload:ty))?
                    $({ $( $(#[doc = $member_line:literal])* $member:ident: $type:ty, )* })?
                    $(= $number:literal)? $name:literal,
            )*
        }
    ) => {
        $(#[$attribute])*
        $visibility enum $Enum {
            $(
                $(#[doc = $line])*
                $Variant $(($payload))? $({ $( $(#[doc = $member_line])* $member: $type, )* })?,
            )*
        }

        impl $Enum {
            /// Which of them it is.
            $visibility const fn kind(&self) -> $Kinds {
                match self {
                    $( $Enum::$Variant { .. } => $Kinds::$Variant, )*
                }
            }
        }

        $crate::named::named! {
            $(#[doc = $kinds_doc])*
            $kinds_visibility enum $Kinds: $table {
                $(
                    $(#[doc = $line])*
                    $Variant $(= $number)? $name $({ $( $(#[doc = $member_line])* $member )* })?,
                )*
            }
        }
    };
}

pub(crate) use {named, tagged};

#[cfg(test)]
mod tests {
    use super::*;

    named! {
        /// How it went.
        /// In two lines.
        #[derive(PartialOrd)]
        enum Course: "course", facts Goodness {
            /// Well.
            Well = 1 "well" { is_good: true }
            /// Not well.
            NotWell = 4 "not-well" { is_good: false }
        }
    }

    struct Goodness {
        is_good: bool,
    }

    #[test]
    fn a_list_becomes_an_enum_with_names_numbers_and_facts() {
        assert_eq!(Course::ALL.map(Course::as_str), ["well", "not-well"]);
        assert!(Course::Well < Course::NotWell && Course::NotWell as i32 == 4);
        assert!(Course::Well.facts().is_good && !Course::NotWell.facts().is_good);
        assert_eq!(serde_json::to_string(&Course::NotWell).unwrap(), r#""not-well""#);
        let Table { name, doc, entries } = Course::TABLE;
        assert_eq!((name, doc), ("course", &[" How it went.", " In two lines."][..]));
        let not_well = Entry {
            variant: "NotWell",
            name: "not-well",
            number: Some(4),
            doc: &[" Not well."],
            members: &[],
        };
        assert_eq!(entries[1], not_well);
    }

    tagged! {
        /// What was met.
        #[derive(Debug, PartialEq)]
        enum Met;
        /// Which of them.
        enum MetKind: "met-kind";
        {
            /// Nobody.
            Nobody "nobody",
            /// A number.
            Number(u8) "number",
            /// A place.
            Place {
                /// How far.
                distance: u8,
            } "place",
        }
    }

    #[test]
    fn a_value_with_data_knows_its_kind() {
        let met = [Met::Nobody, Met::Number(1), Met::Place { distance: 2 }];
        assert_ne!(met[1], Met::Number(2));
        assert_eq!(met.map(|met| met.kind()), MetKind::ALL);
        let place = MetKind::TABLE.entries[2];
        assert_eq!(
            (place.number, place.members),
            (None, &[Member { name: "distance", doc: &[" How far."] }][..])
        );
    }
}
