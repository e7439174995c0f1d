#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"

/// Talking to a person at a terminal, and reading what they put into files.
namespace picket::app {

/// A QR code drawn with half blocks, two modules a character high, dark on light in any colour scheme; empty when `text` is too long for one.
std::string qr_code(std::string_view text);

/// The file's content without one final line break. kInvalidInput when it cannot be read, is empty or over 4 KiB.
Result<crypto::Secret> read_password_file(const std::filesystem::path& path);

/// Asks twice without echo. kInvalidInput when standard input is no terminal or the two differ.
Result<crypto::Secret> ask_password();

}  // namespace picket::app
