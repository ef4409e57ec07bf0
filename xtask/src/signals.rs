//! Ctrl-C, SIGTERM and SIGHUP while migrations run: the run stops in order. A second signal ends the program at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use migrator::run::Interrupt;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

/// Catches signals as long as it lives.
pub struct Interruption {
    interrupt: Interrupt,
    registered: Vec<SigId>,
}

impl Interruption {
    pub fn catch() -> anyhow::Result<Interruption> {
        let interrupt = Interrupt::default();
        let mut registered = Vec::new();
        for signal in [SIGHUP, SIGINT, SIGTERM] {
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
    }
}
