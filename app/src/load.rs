//! How pages get what they show: on the server by calling the function, in the browser by asking for it. The framework's own
//! client would do the same with a second JSON reader and a stream library in the download.

use crate::outcome::Refusal;
use leptos::server_fn::ServerFn;

/// The answer of a server function that takes nothing.
#[cfg(feature = "ssr")]
pub async fn load<F: ServerFn<Error = Refusal>>(question: F) -> Result<F::Output, Refusal> {
    question.run_body().await
}

/// A browser has one thread, which is all that the wrapper asks for.
#[cfg(not(feature = "ssr"))]
pub async fn load<F>(_: F) -> Result<F::Output, Refusal>
where
    F: ServerFn<Error = Refusal>,
    F::Output: serde::de::DeserializeOwned,
{
    send_wrapper::SendWrapper::new(crate::browser::ask(F::url())).await
}
