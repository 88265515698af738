//! An emulated account in writing, to be continued another time.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::{Config, ConfigError};
use crate::emulator::Emulator;
use crate::gateway::Tokens;
use crate::statistics::Statistics;
use crate::throttle::Pools;
use crate::world::World;
use crate::world::saved::SavedWorld;

/// Grows when a saved state can no longer be read as before.
const VERSION: u32 = 2;

/// More requests than an account is ever asked.
const MOST_COUNTED: u64 = 1 << 60;

/// A state as it is read; as it is written, its parts are borrowed.
#[derive(Deserialize)]
struct Saved {
    config: Config,
    world: SavedWorld,
    tokens: Tokens,
    pools: Pools,
    statistics: Statistics,
}

#[derive(Serialize)]
struct Saving<'a> {
    version: u32,
    config: &'a Config,
    world: SavedWorld,
    tokens: &'a Tokens,
    pools: &'a Pools,
    statistics: &'a Statistics,
}

/// What is wrong with JSON, cut in the middle where it quotes much: the place stands at the end.
pub(crate) fn in_words(error: &serde_json::Error) -> String {
    const LONGEST: usize = 400;
    let text = error.to_string();
    if text.len() <= LONGEST {
        return text;
    }
    let head = text.floor_char_boundary(LONGEST / 4 * 3);
    let tail = text.ceil_char_boundary(text.len() - LONGEST / 4);
    format!("{} […] {}", &text[..head], &text[tail..])
}

/// Why a state cannot be saved or continued.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// A part of the state has no JSON, which is a fault of the emulator.
    #[error("the emulator's state cannot be written: {reason}")]
    Unwritable {
        /// What stood in the way.
        reason: String,
    },
    /// The text is not what [`Emulator::save`] writes.
    #[error("the emulator's saved state cannot be read: {reason}")]
    Syntax {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// Another version of the emulator wrote it.
    #[error("the emulator's saved state has version {found}; expected {VERSION}, so start from a new state")]
    Version {
        /// The version that it has.
        found: u32,
    },
    /// Its configuration has a value outside its range.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Emulator {
    /// Writes the account down as JSON: its configuration, everything that was written, who is logged in, how
    /// far its pools are used, what was counted, and which webhooks are still to be delivered. It holds the
    /// secrets of the configuration, and tokens.
    ///
    /// # Errors
    /// [`StateError::Unwritable`]; there is no state that is known to cause it.
    pub fn save(&self) -> Result<String, StateError> {
        let saving = Saving {
            version: VERSION,
            config: &self.config,
            world: self.world.save(&self.config),
            tokens: &self.tokens,
            pools: &self.pools,
            statistics: &self.statistics,
        };
        serde_json::to_string(&saving).map_err(|error| StateError::Unwritable { reason: error.to_string() })
    }

    /// Continues an account that was saved. Equal requests at equal times get the answers that they would have
    /// got without the interruption; deliveries that were under way are due again.
    ///
    /// # Errors
    /// [`StateError`] when the text is not a saved state, or not one of this version.
    pub fn load(json: &str) -> Result<Self, StateError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let syntax = |error: serde_json::Error| StateError::Syntax { reason: in_words(&error) };
        let Version { version } = serde_json::from_str(json).map_err(syntax)?;
        if version != VERSION {
            return Err(StateError::Version { found: version });
        }
        let saved: Saved = serde_json::from_str(json).map_err(syntax)?;
        saved.config.check()?;
        // Counts that reach their type's end could not be counted on.
        let counts = serde_json::to_string(&saved.statistics).map_err(syntax)?;
        let fits = |digits: &str| digits.parse::<u64>().is_ok_and(|count| count <= MOST_COUNTED);
        if !counts.split(|mark: char| !mark.is_ascii_digit()).all(|digits| digits.is_empty() || fits(digits))
        {
            let reason = format!("`statistics` was altered; expected counts up to {MOST_COUNTED}");
            return Err(StateError::Syntax { reason });
        }
        if let Some(part) = saved.world.altered() {
            let reason = format!("`world.{part}` was altered; expected ids that ascend, below 1073741824");
            return Err(StateError::Syntax { reason });
        }
        Ok(Self {
            world: World::load(&saved.config, saved.world),
            pools: saved.pools.ruled_by(&saved.config),
            tokens: saved.tokens,
            statistics: saved.statistics,
            struck: None,
            config: saved.config,
        })
    }
}
