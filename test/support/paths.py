"""Where things are: the source tree and the binary under test (SALESREG_BIN, default build/dev/salesreg)."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SALESREG_BIN", ROOT / "build" / "dev" / "salesreg")).resolve()
# the emulator with the benchmark's load generator, of the same build
SANDBOX_WITH_LOAD = BINARY.parent / "test" / "bench" / "sandbox_with_load"
