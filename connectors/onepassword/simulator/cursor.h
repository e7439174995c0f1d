#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "onepassword_simulator/stream_kind.h"

namespace picket::onepassword_simulator {

/// What a cursor carries.
struct CursorState {
  StreamKind stream = StreamKind::kAuditEvents;
  ApiVersion version = ApiVersion::kV2;
  std::uint32_t account = 0;
  std::uint32_t epoch = 0;  ///< cursors of an earlier epoch are refused
  std::uint16_t limit = 100;
  std::uint64_t position = 0;
  std::int64_t since = 0;  ///< microseconds, see EventLog::Window
  std::uint64_t snapshot = 0;
  std::int64_t until = 0;
  std::uint64_t detour = 0;  ///< not 0: the page after this one begins at detour - 1
  std::uint64_t nonce = 0;   ///< makes an otherwise equal cursor look fresh

  bool operator==(const CursorState&) const = default;
};

/// Turns states into text of 200 characters that nobody can read, change or make up, and back. The key comes
/// from the seed, so that a cursor survives a restart of the simulator. Threads: any; immutable.
class CursorCodec {
 public:
  explicit CursorCodec(std::uint64_t seed);

  std::string encode(const CursorState& state) const;
  /// Nothing for a text that this simulator did not make.
  std::optional<CursorState> decode(std::string_view text) const;

  static constexpr std::size_t kTextSize = 200;

 private:
  std::string key_;
};

}  // namespace picket::onepassword_simulator
