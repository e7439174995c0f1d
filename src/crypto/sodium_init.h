#pragma once

namespace picket::crypto {

/// Makes libsodium ready; every function of this module that uses it calls this first. Cheap after the first
/// time. Threads: any. Aborts when the machine cannot give random bytes: nothing here would be safe.
void ensure_sodium();

}  // namespace picket::crypto
