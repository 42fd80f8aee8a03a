//! What libFuzzer calls. The one place of the project with `unsafe`: docs/adr/0015.
#![no_main]
#![expect(unsafe_code, reason = "libFuzzer's interface is C; ADR 15")]

use std::sync::OnceLock;

use thinkwatch_fuzz::Target;

static TARGET: OnceLock<&'static Target> = OnceLock::new();

/// One input. The target is named by `TW_FUZZ_TARGET`. A panic here ends the process, since it may not cross into C: that
/// is how libFuzzer learns of it.
#[unsafe(no_mangle)]
pub extern "C" fn LLVMFuzzerTestOneInput(data: *const u8, length: usize) -> i32 {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("TW_FUZZ_TARGET").unwrap_or_default();
        Target::named(&name).unwrap_or_else(|| panic!("TW_FUZZ_TARGET names no target: `{name}`"))
    });
    if length == 0 {
        return 0;
    }
    // SAFETY: libFuzzer hands over `length` readable bytes that nobody changes during the call.
    (target.run)(unsafe { std::slice::from_raw_parts(data, length) });
    0
}
