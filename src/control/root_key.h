#pragma once

#include <filesystem>

#include "base/result.h"
#include "crypto/secret.h"

namespace picket::control {

/// Where the root key is: `named` when not empty, else $CREDENTIALS_DIRECTORY/picket-root-key when that file
/// exists, else <directory>/root.key.
std::filesystem::path root_key_path(const std::filesystem::path& named,
                                    const std::filesystem::path& directory);

/// Reads the key: 64 hexadecimal digits. kNotFound when there is no such file; kForbidden when others may
/// read it (the sentence says the command that mends it); kCorrupt when it is no key.
Result<crypto::Secret> read_root_key(const std::filesystem::path& file);

/// Makes a new key file, mode 0600, on stable storage when it returns. kConflict when the file exists.
Result<crypto::Secret> make_root_key(const std::filesystem::path& file);

}  // namespace picket::control
