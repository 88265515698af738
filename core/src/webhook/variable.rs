//! The variables of a webhook's templates (API notes §7.3).

/// A variable, and what can stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    AccountCode,
    ResourceType,
    ResourceId,
    LifecycleEvent,
    FullEvent,
    RaisedOn,
    BrightpearlVersion,
    /// Ours: it is filled in before the template is registered, since Brightpearl signs nothing.
    Secret,
}

impl Variable {
    pub(super) const ALL: [Self; 8] = [
        Self::AccountCode,
        Self::ResourceType,
        Self::ResourceId,
        Self::LifecycleEvent,
        Self::FullEvent,
        Self::RaisedOn,
        Self::BrightpearlVersion,
        Self::Secret,
    ];

    /// Those that Brightpearl refuses a webhook without, in its address or body (API notes §7.1).
    pub(super) const MANDATORY: [Self; 4] =
        [Self::AccountCode, Self::ResourceType, Self::ResourceId, Self::LifecycleEvent];

    /// As it stands between `${` and `}`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AccountCode => "account-code",
            Self::ResourceType => "resource-type",
            Self::ResourceId => "resource-id",
            Self::LifecycleEvent => "lifecycle-event",
            Self::FullEvent => "full-event",
            Self::RaisedOn => "raised-on",
            Self::BrightpearlVersion => "brightpearl-version",
            Self::Secret => "secret",
        }
    }

    /// Whether a character can stand in its value: what tells where the value ends.
    pub(super) fn allows(self, byte: u8) -> bool {
        match self {
            Self::AccountCode | Self::Secret => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
            }
            // Without digits, so that an id behind it is not taken for a part of it.
            Self::ResourceType | Self::LifecycleEvent => byte.is_ascii_alphabetic() || byte == b'-',
            Self::FullEvent => byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.'),
            // Id sets are written with commas, or with points (API notes §1.3).
            Self::ResourceId => byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'-' | b' '),
            Self::RaisedOn => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'+'),
            Self::BrightpearlVersion => {
                byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'&' | b'\'')
            }
        }
    }

    /// The bytes that a value has at most.
    pub(super) fn longest(self) -> usize {
        match self {
            Self::ResourceId => 64 * 1_024,
            Self::Secret => 512,
            Self::AccountCode
            | Self::ResourceType
            | Self::LifecycleEvent
            | Self::FullEvent
            | Self::RaisedOn
            | Self::BrightpearlVersion => 128,
        }
    }
}

/// What stands for each variable, in the order of [`Variable::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct VariableValues([Option<String>; Variable::ALL.len()]);

impl VariableValues {
    pub(super) fn get(&self, variable: Variable) -> Option<&str> {
        self.0[variable as usize].as_deref()
    }

    /// Takes a value over. `false` when another one stands there already: the two contradict each other.
    #[must_use]
    pub(super) fn put(&mut self, variable: Variable, value: &str) -> bool {
        let place = &mut self.0[variable as usize];
        match place {
            Some(known) => known == value,
            None => {
                *place = Some(value.to_owned());
                true
            }
        }
    }

    /// Takes over all that others say. The first variable about which they differ ends it.
    pub(super) fn join(&mut self, others: &Self) -> Result<(), Variable> {
        for variable in Variable::ALL {
            if let Some(value) = others.get(variable)
                && !self.put(variable, value)
            {
                return Err(variable);
            }
        }
        Ok(())
    }
}

impl Drop for VariableValues {
    /// One of them may be the secret.
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0[Variable::Secret as usize]);
    }
}
