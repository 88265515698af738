//! One target for each thing that comes from outside: a function that takes any bytes, and panics where a promise is broken.

/// A target is a file of its own, and a word here.
macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        $(pub mod $name;)+

        /// Every target by its name.
        pub const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name::fuzz)),+];

        /// Carries out another macro with the name of each target.
        #[macro_export]
        macro_rules! each_target {
            ($carry_out:ident) => {
                $($carry_out!($name);)+
            };
        }
    };
}

targets!(
    abi,
    checkpoints,
    emulator,
    envelopes,
    expressions,
    filters,
    id_sets,
    journals,
    mappings,
    multi_messages,
    pages,
    states,
    tokens
);
