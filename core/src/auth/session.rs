//! The tokens of one client: fetched once for all calls that need them, renewed before they end and once on
//! a 401.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::account::{AccountAddress, Prefix};
use crate::clock::HostTime;
use crate::error::{Error, Kind, Result};
use crate::excerpt::excerpt;
use crate::http::{Headers, Request};
use crate::origin::Origin;
use crate::redact::{Redactor, is_opaque};
use crate::secret::{Secret, wipe_stack};

use super::declaration::TokenSource;
use super::login;
use super::scheme::Credentials;
use super::tokens::Tokens;

/// So long before its end a token is renewed, in milliseconds; less for a token that lives less than ten times
/// as long.
const RENEW_BEFORE: u64 = 60_000;

/// How many tokens that were replaced are remembered, and how many secrets that the caller sent.
const REMEMBERED: usize = 32;

/// The credentials of a client with what their logins brought.
#[derive(Debug)]
pub(crate) struct Session {
    /// Locked behind `state` where both are.
    credentials: Mutex<Arc<Credentials>>,
    /// Where the configuration says that the account lives.
    address: AccountAddress,
    /// Where the configuration says that tokens come from.
    token_origin: Option<Origin>,
    state: Mutex<SessionState>,
}

#[derive(Debug, Default)]
struct SessionState {
    /// What the credentials became: a staff token, a session, an access token, a signed account token.
    token: Option<Secret>,
    expires_at: Option<u64>,
    renew_at: Option<u64>,
    /// Whether the token was not used yet: one that hardly lives is used once all the same, or renewing it
    /// would never end.
    is_unused: bool,
    refresh_token: Option<Secret>,
    api_domain: Option<String>,
    /// The account on that host.
    moved_to: Option<AccountAddress>,
    installation_instance_id: Option<String>,
    /// Tokens that others have replaced, for blanking them: servers go on echoing them for a while.
    replaced: VecDeque<Secret>,
    /// Secrets in bodies that the caller sent, for blanking them: refusals quote what they refuse.
    concealed: VecDeque<Secret>,
    /// What blanks all of these, made when first it is needed.
    redactor: Option<Arc<Redactor>>,
    /// Counts the changes of what there is to store.
    changes: u64,
    /// Why nothing is sent any more: the token answer named a host that is not to be trusted.
    astray: Option<Error>,
    /// Counts the tokens that were had, so that a late 401 does not throw a newer one away.
    generation: u64,
    /// The call that is logging in.
    busy: Option<u64>,
    /// Why no further login is tried.
    failed: Option<Error>,
}

/// What the answer to a login came to.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Set when it brought something to store: whether the refresh token is a new one.
    pub(crate) kept: Option<bool>,
    /// Why calls cannot go on with it.
    pub(crate) unusable: Option<UnusableLogin>,
}

/// Why the answer to a login is of no use, whatever was kept of it.
#[derive(Debug)]
pub(crate) enum UnusableLogin {
    /// It holds no token: asking again may mend that.
    NoToken(Error),
    /// It names a host that is not to be trusted: asking again would use up another refresh token.
    Astray(Error),
}

/// What a call may do now.
#[derive(Debug)]
pub(crate) enum Access {
    /// Send: the credentials are good as far as is known.
    Granted,
    /// Send this first; the caller has the login to itself.
    Login(Request),
    /// Another call is logging in.
    Busy,
    /// The login has failed for good.
    Refused(Error),
}

impl Session {
    /// The session of an account.
    ///
    /// # Errors
    /// [`Kind::Validation`] at `credentials.grant.tokens.api_domain` when stored tokens name a host that is not to
    /// be trusted.
    pub(crate) fn new(credentials: Credentials, address: AccountAddress) -> Result<Self> {
        let mut state = SessionState::of(credentials.scheme().tokens());
        let token_origin = credentials.token_origin()?;
        if let Some(domain) = &state.api_domain {
            let moved_to = address.with_domain(domain, token_origin.as_ref()).ok_or_else(|| {
                Error::validation(
                    "credentials.grant.tokens.api_domain",
                    format!(
                        "the host {} is neither Brightpearl's nor that of `base_url` or `token_url`; expected something like use1.brightpearlconnect.com",
                        excerpt(domain)
                    ),
                )
            })?;
            state.moved_to = Some(moved_to);
        }
        let credentials = Mutex::new(Arc::new(credentials));
        Ok(Self { credentials, address, token_origin, state: Mutex::new(state) })
    }

    /// Goes on with newer credentials of the same scheme, and answers whether they are others. What a login that is
    /// out brings is taken all the same.
    ///
    /// # Errors
    /// [`Kind::Validation`] at the field that is wrong; the credentials before stay.
    pub(crate) fn renew(&self, credentials: Credentials) -> Result<bool> {
        credentials.check()?;
        let mut state = self.lock();
        let before = self.credentials();
        if credentials == *before {
            return Ok(false);
        }
        require_alike(&before, &credentials)?;
        let token_source = credentials.scheme().token_source();
        let tokens = credentials.scheme().tokens();
        // Credentials begin with the same tokens where something else about them is new: later ones stay.
        let has_new_tokens = tokens != before.scheme().tokens();
        state.remember(before.secrets().map(Secret::from).collect::<Vec<_>>());
        match token_source {
            TokenSource::Configuration => state.take(tokens.token, None),
            // A token ends together with the password that it was had for.
            TokenSource::Login => state.forget_token(),
            TokenSource::Grant if has_new_tokens => {
                state.forget_token();
                state.renew_at = tokens.expires_at.map(|at| at.saturating_sub(RENEW_BEFORE));
                state.expires_at = tokens.expires_at;
                state.take(tokens.token, tokens.refresh_token);
            }
            TokenSource::Grant => {}
        }
        state.failed = None;
        state.generation += 1;
        *self.credentials.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(credentials);
        Ok(true)
    }

    /// What to send instead of a login of that generation, which was refused to that call: something where the
    /// credentials were renewed since, and of that a request where they hold no token.
    pub(crate) fn login_instead(&self, call: u64, generation: u64) -> Option<Option<Request>> {
        let mut state = self.lock();
        if state.generation == generation {
            return None;
        }
        let login = if state.token.is_none() { self.login(&state) } else { None };
        if login.is_none() && state.busy == Some(call) {
            state.busy = None;
        }
        Some(login)
    }

    /// How often tokens were had and credentials renewed.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.credentials.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether and how the call with that number may send a request at `now`.
    pub(crate) fn access(&self, call: u64, now: HostTime) -> Access {
        let now = now.milliseconds();
        let mut state = self.lock();
        if let Some(error) = &state.astray {
            return Access::Refused(error.clone());
        }
        if !state.needs_token(self.credentials().scheme().token_source(), now) {
            return Access::Granted;
        }
        if let Some(error) = &state.failed {
            return Access::Refused(error.clone());
        }
        if state.busy.is_some_and(|busy| busy != call) {
            return Access::Busy;
        }
        match self.login(&state) {
            Some(request) => {
                state.busy = Some(call);
                Access::Login(request)
            }
            // An access token without a refresh token: use it until the server says no.
            None if state.token.is_some() => Access::Granted,
            None => Access::Refused(Error::new(
                Kind::Authentication,
                "the access token has ended and there is no refresh token; let the user approve the app again",
            )),
        }
    }

    /// The login as it is to be sent now: an answer that was of no use otherwise may have brought a newer refresh
    /// token.
    pub(crate) fn login_request(&self) -> Option<Request> {
        self.login(&self.lock())
    }

    fn login(&self, state: &SessionState) -> Option<Request> {
        self.credentials().scheme().login(&self.address, state.refresh_token.as_ref())
    }

    /// Takes the answer to the login of that call. Tokens are kept before anything else of the answer is judged,
    /// since the grant that they came for may be used up. Of an answer whose status says failure only a complete
    /// pair of tokens is.
    pub(crate) fn accept(&self, call: u64, body: &[u8], is_success: bool, now: HostTime) -> Accepted {
        let now = now.milliseconds();
        let granted = self.credentials().scheme().read_login(body);
        wipe_stack();
        let is_pair = granted.token.is_some() && granted.refresh_token.is_some();
        let mut state = self.lock();
        if !is_success && (granted.is_error || !is_pair) {
            state.remember(granted.token.into_iter().chain(granted.refresh_token));
            return Accepted { kept: None, unusable: None };
        }
        let mut unusable = granted
            .token
            .is_none()
            .then(|| UnusableLogin::NoToken(self.credentials().scheme().no_token(&granted)));
        let has_token = granted.token.is_some();
        let is_rotated = granted.refresh_token.is_some() && granted.refresh_token != state.refresh_token;
        state.take(granted.token, granted.refresh_token);
        if has_token {
            state.live(granted.expires_in, now);
            state.failed = None;
            state.generation += 1;
            if state.busy == Some(call) {
                state.busy = None;
            }
        }
        state.installation_instance_id =
            granted.installation_instance_id.or(state.installation_instance_id.take());
        if let Some(domain) = granted.api_domain {
            match self.address.with_domain(&domain, self.token_origin.as_ref()) {
                Some(moved_to) => {
                    state.moved_to = Some(moved_to);
                    state.api_domain = Some(domain);
                }
                None => {
                    let error = astray(&domain, &self.redactor_of(&mut state));
                    state.astray = Some(error.clone());
                    unusable = Some(UnusableLogin::Astray(error));
                }
            }
        }
        let kept = (has_token || is_rotated).then_some(is_rotated);
        state.changes += u64::from(kept.is_some());
        Accepted { kept, unusable }
    }

    /// How often what there is to store has changed.
    pub(crate) fn token_changes(&self) -> u64 {
        self.lock().changes
    }

    /// Takes note that a login has failed for good: no call tries it again with the same credentials.
    pub(crate) fn refuse(&self, error: Error) {
        let mut state = self.lock();
        state.failed = Some(error);
        state.busy = None;
    }

    /// Lets another call log in: this one is over.
    pub(crate) fn release(&self, call: u64) {
        let mut state = self.lock();
        if state.busy == Some(call) {
            state.busy = None;
        }
    }

    /// Takes note of a 401 on a token of that generation. Answers whether a newer token is there or can be
    /// had, so that sending once more makes sense.
    pub(crate) fn expire(&self, generation: u64) -> bool {
        let mut state = self.lock();
        if state.generation != generation {
            return true;
        }
        if !state.can_renew(self.credentials().scheme().token_source()) {
            return false;
        }
        state.forget_token();
        true
    }

    /// Adds the headers that prove who asks, and answers the generation of the token.
    pub(crate) fn sign(&self, headers: &mut Headers) -> u64 {
        let mut state = self.lock();
        state.is_unused = false;
        let token = state.token.as_ref().map(Secret::expose).unwrap_or_default();
        self.credentials().scheme().sign(headers, token);
        state.generation
    }

    /// The URL of a path below a prefix, on the host that the token's answer named, when there is one: it
    /// wins over the configuration (API notes §1.1).
    pub(crate) fn url(&self, prefix: Prefix, path: &str, query: &str) -> String {
        let state = self.lock();
        state.moved_to.as_ref().unwrap_or(&self.address).url(prefix, path, query)
    }

    /// The header that the configuration names for the token, when it names one.
    pub(crate) fn token_header(&self) -> Option<String> {
        self.credentials().scheme().token_header().map(str::to_owned)
    }

    /// The account code.
    pub(crate) fn account(&self) -> &str {
        self.address.account()
    }

    /// What there is to store.
    pub(crate) fn tokens(&self) -> Tokens {
        let state = self.lock();
        Tokens {
            token: state.token.clone(),
            expires_at: state.expires_at,
            refresh_token: state.refresh_token.clone(),
            api_domain: state.api_domain.clone(),
            installation_instance_id: state.installation_instance_id.clone(),
        }
    }

    /// What blanks the secrets in text that came from elsewhere: servers echo tokens (API notes §2.7).
    pub(crate) fn redactor(&self) -> Arc<Redactor> {
        self.redactor_of(&mut self.lock())
    }

    fn redactor_of(&self, state: &mut SessionState) -> Arc<Redactor> {
        let known = state.redactor.take().unwrap_or_else(|| Arc::new(self.redactor_with(state.fetched())));
        Arc::clone(state.redactor.insert(known))
    }

    /// A redactor of the credentials' secrets and those that were fetched.
    fn redactor_with<'a>(&self, fetched: impl Iterator<Item = &'a Secret>) -> Redactor {
        let credentials = self.credentials();
        let fetched: Vec<&str> = fetched.map(Secret::expose).collect();
        Redactor::new(credentials.secrets().chain(fetched))
    }

    /// Blanks the secrets in all that an error says. Nothing that an answer had a part in leaves a call otherwise.
    pub(crate) fn blank_error(&self, error: Error) -> Error {
        error.redacted(&self.redactor())
    }

    /// The same for the refusal of a login, whose answer may hold tokens that nobody has been told of. Where it holds
    /// too much that may be one, nothing of it is taken over.
    pub(crate) fn blank_login_error(&self, error: Error, body: &[u8]) -> Error {
        let Some(secrets) = login::secrets_of(body) else {
            return error.in_own_words("the login failed; what its answer says is too long to be shown");
        };
        // Copies, so that other calls do not wait for the session meanwhile.
        let fetched: Vec<Secret> = self.lock().fetched().cloned().collect();
        let redactor = self.redactor_with(fetched.iter().chain(&secrets));
        error.without_quote().redacted(&redactor)
    }

    /// Has what is secret in a body that is to be sent blanked from now on, in all that is told.
    pub(crate) fn conceal(&self, secrets: Vec<Secret>) {
        if !secrets.is_empty() {
            self.lock().conceal(secrets);
        }
    }

    fn lock(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionState {
    /// What the credentials bring along without a login.
    fn of(tokens: Tokens) -> Self {
        let Tokens { token, expires_at, refresh_token, api_domain, installation_instance_id } = tokens;
        Self {
            token,
            expires_at,
            renew_at: expires_at.map(|at| at.saturating_sub(RENEW_BEFORE)),
            refresh_token,
            api_domain,
            installation_instance_id,
            ..Self::default()
        }
    }

    /// The tokens that are in use, those that were, and what the caller's bodies conceal.
    fn fetched(&self) -> impl Iterator<Item = &Secret> {
        [&self.token, &self.refresh_token].into_iter().flatten().chain(&self.replaced).chain(&self.concealed)
    }

    /// Puts new tokens in the place of old ones, which are remembered for blanking.
    fn take(&mut self, token: Option<Secret>, refresh_token: Option<Secret>) {
        self.redactor = None;
        if token.is_some() && token != self.token {
            let ended = std::mem::replace(&mut self.token, token);
            self.remember(ended);
        }
        if refresh_token.is_some() && refresh_token != self.refresh_token {
            let ended = std::mem::replace(&mut self.refresh_token, refresh_token);
            self.remember(ended);
        }
    }

    /// Remembers tokens that are not in use, for blanking.
    fn remember(&mut self, tokens: impl IntoIterator<Item = Secret>) {
        self.redactor = None;
        self.replaced.extend(tokens);
        let too_many = self.replaced.len().saturating_sub(REMEMBERED);
        self.replaced.drain(..too_many);
    }

    /// Remembers secrets of a body that is sent, each once, for blanking.
    fn conceal(&mut self, secrets: Vec<Secret>) {
        for secret in secrets {
            if !self.concealed.contains(&secret) {
                self.redactor = None;
                self.concealed.push_back(secret);
            }
        }
        let too_many = self.concealed.len().saturating_sub(REMEMBERED);
        self.concealed.drain(..too_many);
    }

    /// Does without the token from now on.
    fn forget_token(&mut self) {
        let ended = self.token.take();
        self.remember(ended);
        self.expires_at = None;
        self.renew_at = None;
    }

    /// Takes note of how long the new token lives.
    fn live(&mut self, seconds: Option<u64>, now: u64) {
        let lifetime = seconds.map(|seconds| seconds.saturating_mul(1_000));
        self.expires_at = lifetime.map(|lifetime| now.saturating_add(lifetime));
        self.renew_at =
            lifetime.map(|lifetime| now.saturating_add(lifetime - RENEW_BEFORE.min(lifetime / 10)));
        self.is_unused = true;
    }

    fn needs_token(&self, source: TokenSource, now: u64) -> bool {
        match source {
            TokenSource::Configuration => false,
            TokenSource::Login => self.token.is_none(),
            TokenSource::Grant => {
                let is_due = self.renew_at.is_some_and(|at| at <= now) && !self.is_unused;
                self.token.is_none() || is_due
            }
        }
    }

    /// Whether a refused token can be replaced without a person.
    fn can_renew(&self, source: TokenSource) -> bool {
        match source {
            TokenSource::Configuration => false,
            TokenSource::Login => true,
            TokenSource::Grant => self.refresh_token.is_some(),
        }
    }
}

/// What a client was checked with holds for the credentials that take the place of others.
fn require_alike(before: &Credentials, credentials: &Credentials) -> Result<()> {
    let is_other_scheme = std::mem::discriminant(before) != std::mem::discriminant(credentials);
    let (before, credentials) = (before.scheme(), credentials.scheme());
    let found = if is_other_scheme {
        ("credentials.type", "the credentials are of another scheme")
    } else if before.token_header() != credentials.token_header() {
        ("credentials.token_header", "the header is another one")
    } else if before.token_url() != credentials.token_url() {
        ("credentials.token_url", "the address is another one")
    } else if before.tokens().api_domain != credentials.tokens().api_domain {
        ("credentials.grant.tokens.api_domain", "the host is another one")
    } else {
        return Ok(());
    };
    Err(Error::validation(found.0, format!("{}; expected that of the client", found.1)))
}

/// Shown only when it is the name of a host: anything else may be a token.
fn astray(domain: &str, redactor: &Redactor) -> Error {
    let is_name = domain.contains('.')
        && domain.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\{}".contains(&byte))
        && !domain.split(['.', '/', ':', '?', '&', '=']).any(is_opaque);
    let named = || format!("the host {}", excerpt(&redactor.blank(domain)));
    let named = if is_name { named() } else { "no host".to_owned() };
    Error::new(
        Kind::Protocol,
        format!("the token answer names {named}; expected something like use1.brightpearlconnect.com"),
    )
    .at("api_domain")
}
