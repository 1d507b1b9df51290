//! The binary: everything is in the library.

use std::process::ExitCode;

/// Where the system lets a program ask for large pages, it does: hashing wanders through 19 MiB, which takes thousands of small ones.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(request_threads())
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(server::cli::run()),
        Err(error) => {
            eprintln!("latchkey: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Half the processors. Hashing and the database, which most of the work is, have threads of their own: with more of these they would
/// only take turns, and wake each other for it.
fn request_threads() -> usize {
    std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .div_ceil(2)
}
