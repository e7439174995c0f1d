#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

/// Logging facade. One line an entry; `json` gives one object a line for collectors. Threads: any.
/// What may be logged: ids, counts, times, outcomes. Never: event bodies, tokens, names or addresses of people. A secret
/// does not format (crypto/secret.h), so it cannot be logged by accident.
namespace picket::obs {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

struct LogOptions {
  Level level = Level::kInfo;
  LogFormat format = LogFormat::kText;
  /// Empty: standard error.
  std::string file;
};

/// Sets the one process-wide log. Before the first call entries go to standard error at level info.
Status configure_log(const LogOptions& options);

bool log_enabled(Level level);
void log_line(Level level, std::string_view module, std::string_view message);

/// Writes entries to a string instead, for tests that look for secrets or sentences.
class CapturedLog {
 public:
  CapturedLog();
  ~CapturedLog();
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace picket::obs

#define PICKET_LOG(level, module, ...)                                            \
  do {                                                                            \
    if (::picket::obs::log_enabled(level))                                        \
      ::picket::obs::log_line(level, module, ::fmt::format(__VA_ARGS__));         \
  } while (false)
#define PICKET_LOG_DEBUG(module, ...) PICKET_LOG(::picket::obs::Level::kDebug, module, __VA_ARGS__)
#define PICKET_LOG_INFO(module, ...) PICKET_LOG(::picket::obs::Level::kInfo, module, __VA_ARGS__)
#define PICKET_LOG_WARN(module, ...) PICKET_LOG(::picket::obs::Level::kWarn, module, __VA_ARGS__)
#define PICKET_LOG_ERROR(module, ...) PICKET_LOG(::picket::obs::Level::kError, module, __VA_ARGS__)
