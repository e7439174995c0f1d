#include "terminal.h"

#include <fmt/format.h>
#include <qrencode.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>

namespace picket::app {

std::string qr_code(std::string_view text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return "";
  const int quiet = 2, n = code->width;
  const auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < n && y < n && (code->data[y * n + x] & 1) != 0;
  };
  std::string out;
  for (int y = -quiet; y < n + quiet; y += 2) {
    out += "  \x1b[30;107m";  // black on white, so that cameras see it in dark terminals too
    for (int x = -quiet; x < n + quiet; ++x) {
      const bool top = dark(x, y), bottom = dark(x, y + 1);
      out += top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

Result<crypto::Secret> read_password_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  char buffer[4097];
  in.read(buffer, sizeof buffer);
  auto size = static_cast<std::size_t>(in.gcount());
  if (in.bad() || !in.eof() || size == sizeof buffer || size == 0) {
    return fail(ErrorKind::kInvalidInput,
                fmt::format("The password file {} cannot be used: {}.", path.string(),
                            size == sizeof buffer ? "it is over 4 KiB" : size == 0 ? "it is missing, unreadable or empty"
                                                                                  : "reading it failed"));
  }
  if (buffer[size - 1] == '\n') --size;
  if (size > 0 && buffer[size - 1] == '\r') --size;
  crypto::Secret secret(std::string_view(buffer, size));
  sodium_memzero(buffer, sizeof buffer);
  return secret;
}

namespace {

Result<crypto::Secret> ask_once(const char* prompt) {
  std::fputs(prompt, stderr);
  termios before{};
  tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  char line[1024] = {};
  const bool read = std::fgets(line, sizeof line, stdin) != nullptr;
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
  std::fputc('\n', stderr);
  std::string_view text(line);
  if (text.ends_with('\n')) text.remove_suffix(1);
  crypto::Secret secret(text);
  sodium_memzero(line, sizeof line);
  if (!read) return fail(ErrorKind::kInvalidInput, "No password was given.");
  return secret;
}

}  // namespace

Result<crypto::Secret> ask_password() {
  if (isatty(STDIN_FILENO) == 0)
    return fail(ErrorKind::kInvalidInput, "There is no terminal to ask for a password; give --password-file.");
  PICKET_ASSIGN(crypto::Secret first, ask_once("Password (12 characters or more): "));
  PICKET_ASSIGN(const crypto::Secret second, ask_once("Once more: "));
  if (!first.equals(second.reveal())) return fail(ErrorKind::kInvalidInput, "The two passwords differ.");
  return first;
}

}  // namespace picket::app
