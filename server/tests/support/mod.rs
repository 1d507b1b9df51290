//! A whole Latchkey for one test: its own database, its own clock, its own mailbox, a free port.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "every test binary that includes this folder uses its own part of it"
)]

pub mod app;
pub mod captcha;
pub mod client;
pub mod database;
pub mod dns;
pub mod letter;
pub mod log;
pub mod recovery;
pub mod smtp;

pub use app::{PASSWORD, Setup, TestApp, draft};
pub use client::{Answer, Client};
pub use server::store::Engine;

/// What a test on both engines may ask for as its one parameter.
pub trait OnEngine {
    fn on(engine: Engine) -> impl Future<Output = Self>;
}

impl OnEngine for Engine {
    async fn on(engine: Engine) -> Self {
        engine
    }
}

impl OnEngine for TestApp {
    async fn on(engine: Engine) -> Self {
        Setup::on(engine).start().await
    }
}

/// Turns each `async fn name(app: TestApp) { … }` into the tests `name::sqlite` and `name::postgres`. The parameter may also be an
/// `Engine`, for tests that set the application up by themselves.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($input:ident: $kind:ty) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(clippy::wildcard_imports, unused_imports, reason = "the test sees what its module sees")]
                use super::*;

                async fn the_test($input: $kind) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    the_test(<$kind as $crate::support::OnEngine>::on(server::store::Engine::Sqlite).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    the_test(<$kind as $crate::support::OnEngine>::on(server::store::Engine::Postgres).await).await;
                }
            }
        )+
    };
}
