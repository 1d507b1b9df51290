//! Turns at hashing. As many jobs run at once as there are threads for them, off the async threads; the others wait in the order they
//! came. A thread that has ended one job takes the next itself: no core rests while somebody waits.

use argon2::Block;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// What a hash is computed in, used again and again. Taking 19 MiB afresh every time would cost a tenth of the hash in page faults,
/// and let the allocator keep many times as much.
pub type Memory = Vec<Block>;

/// As many jobs run, and as many wait, as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

pub struct Queue {
    threads: usize,
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: VecDeque<Box<dyn Job>>,
    /// Of threads that have nothing to do.
    memories: Vec<Memory>,
}

trait Job: Send {
    /// Whether nobody waits for it any more.
    fn is_given_up(&self) -> bool;
    fn run(self: Box<Self>, memory: &mut Memory);
}

struct Asked<T, W> {
    work: W,
    answer: oneshot::Sender<T>,
}

impl<T: Send, W: FnOnce(&mut Memory) -> T + Send> Job for Asked<T, W> {
    fn is_given_up(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(self: Box<Self>, memory: &mut Memory) {
        let Self { work, answer } = *self;
        // One that panics must not take the thread from those who wait; whoever asked is told by the missing answer.
        if let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(memory))) {
            let _ = answer.send(result);
        }
    }
}

impl Queue {
    /// `threads` jobs run at once, and up to `places` more wait.
    pub fn new(threads: usize, places: usize) -> Arc<Self> {
        Arc::new(Self {
            threads,
            places,
            state: Mutex::default(),
        })
    }

    /// Lets `work` run when its turn comes. Whoever hangs up while waiting leaves the queue; what has begun goes on to its end and
    /// makes no room before (security 65).
    pub fn join<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, Full> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Asked { work, answer });
        let mut state = self.state();
        if state.running < self.threads {
            state.running += 1;
            let mut memory = state.memories.pop().unwrap_or_default();
            let queue = Arc::clone(self);
            tokio::task::spawn_blocking(move || {
                job.run(&mut memory);
                queue.work_off(memory);
            });
        } else {
            state.require_place(self.places)?;
            state.waiting.push_back(job);
        }
        Ok(answered)
    }

    /// Whether a job could run or wait now.
    pub fn require_place(&self) -> Result<(), Full> {
        let mut state = self.state();
        if state.running < self.threads {
            return Ok(());
        }
        state.require_place(self.places)
    }

    /// Jobs that run, and jobs that wait.
    pub fn load(&self) -> (usize, usize) {
        let state = self.state();
        (state.running, state.waiting.len())
    }

    /// What a thread does until nobody waits.
    fn work_off(&self, mut memory: Memory) {
        loop {
            let mut state = self.state();
            state.leave_given_up();
            let Some(job) = state.waiting.pop_front() else {
                state.running -= 1;
                state.memories.push(memory);
                return;
            };
            drop(state);
            job.run(&mut memory);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn require_place(&mut self, places: usize) -> Result<(), Full> {
        if self.waiting.len() >= places {
            self.leave_given_up();
        }
        if self.waiting.len() < places { Ok(()) } else { Err(Full) }
    }

    fn leave_given_up(&mut self) {
        self.waiting.retain(|job| !job.is_given_up());
    }
}
