//! Ctrl-C, SIGTERM and SIGHUP while migrations run: the run stops in order. A second signal ends the program at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use migrator::run::Interrupt;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

/// The signals that stop a run in order.
const SIGNALS: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

/// Catches signals as long as it lives.
pub struct Interruption {
    interrupt: Interrupt,
    registered: Vec<SigId>,
}

impl Interruption {
    pub fn catch() -> anyhow::Result<Interruption> {
        let interrupt = Interrupt::default();
        let mut registered = Vec::new();
        ends_by_default(false).context("failed to catch signals")?;
        for signal in SIGNALS {
            let mut register = || -> std::io::Result<()> {
                // In this order: the first signal finds it unset.
                let is_second = Arc::new(AtomicBool::new(false));
                registered.push(flag::register_conditional_default(
                    signal,
                    is_second.clone(),
                )?);
                registered.push(flag::register(signal, is_second)?);
                let number = usize::try_from(signal).unwrap_or_default();
                registered.push(flag::register_usize(signal, interrupt.flag(), number)?);
                Ok(())
            };
            register().context("failed to catch signals")?;
        }
        Ok(Interruption {
            interrupt,
            registered,
        })
    }

    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        for &id in &self.registered {
            low_level::unregister(id);
        }
        // It cannot fail: what it registers was registered by `catch`.
        let _ = ends_by_default(true);
    }
}

/// Whether a signal that no run catches ends the program. A signal that was caught once is ignored ever after, unless an action of
/// ours does what the system would do.
fn ends_by_default(ends: bool) -> std::io::Result<()> {
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if ENDS.get().is_none() {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in SIGNALS {
            flag::register_conditional_default(signal, flag.clone())?;
        }
        let _ = ENDS.set(flag);
    }
    if let Some(flag) = ENDS.get() {
        flag.store(ends, Ordering::SeqCst);
    }
    Ok(())
}
