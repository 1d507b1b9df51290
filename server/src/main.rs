//! The binary: everything is in the library.

use std::process::ExitCode;

/// Where the system lets a program ask for large pages, it does: hashing wanders through 19 MiB, which takes thousands of small ones.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    server::cli::run().await
}
