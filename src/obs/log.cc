#include "obs/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>
#include <sstream>

#include "base/clock.h"

namespace picket::obs {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view name(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
  }
  return "info";
}

struct State {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<LogFormat> format{LogFormat::kText};
  std::atomic<int> level{static_cast<int>(Level::kInfo)};
  State() { set(std::make_shared<spdlog::sinks::stderr_sink_mt>()); }
  void set(spdlog::sink_ptr sink) {
    auto fresh = std::make_shared<spdlog::logger>("picket", std::move(sink));
    fresh->set_pattern("%v");
    fresh->set_level(spdlog::level::debug);
    fresh->flush_on(spdlog::level::info);
    const std::lock_guard lock(mutex);
    logger = std::move(fresh);
  }
  std::shared_ptr<spdlog::logger> get() {
    const std::lock_guard lock(mutex);
    return logger;
  }
};

State& state() {
  static State* s = new State;  // outlives every static that may still log
  return *s;
}

/// One entry is one line: control characters would let foreign text forge further entries.
std::string one_line(std::string_view text, bool json) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (u < 0x20 || u == 0x7f) {
      out += json ? fmt::format("\\u{:04x}", u) : fmt::format("\\x{:02x}", u);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Status configure_log(const LogOptions& options) {
  try {
    if (options.file.empty()) {
      state().set(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    } else {
      state().set(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
    }
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorKind::kInvalidInput, fmt::format("The log file {} cannot be opened: {}", options.file, e.what()));
  }
  state().format = options.format;
  state().level = static_cast<int>(options.level);
  return {};
}

bool log_enabled(Level level) { return static_cast<int>(level) >= state().level.load(std::memory_order_relaxed); }

void log_line(Level level, std::string_view module, std::string_view message) {
  const std::string now = format_rfc3339(system_clock().now());
  const bool json = state().format.load() == LogFormat::kJson;
  std::string line =
      json ? fmt::format(R"({{"time":"{}","level":"{}","module":"{}","message":"{}"}})", now, name(level), module,
                         one_line(message, true))
           : fmt::format("{} {:<5} {}: {}", now, name(level), module, one_line(message, false));
  state().get()->log(to_spdlog(level), "{}", line);
}

struct CapturedLog::Impl {
  std::ostringstream out;
  std::shared_ptr<spdlog::logger> before;
  int level_before = 0;
  mutable std::mutex mutex;
};

CapturedLog::CapturedLog() : impl_(std::make_unique<Impl>()) {
  impl_->before = state().get();
  impl_->level_before = state().level;
  state().set(std::make_shared<spdlog::sinks::ostream_sink_mt>(impl_->out));
  state().level = static_cast<int>(Level::kDebug);
}

CapturedLog::~CapturedLog() {
  {
    const std::lock_guard lock(state().mutex);
    state().logger = impl_->before;
  }
  state().level = impl_->level_before;
}

std::string CapturedLog::text() const {
  state().get()->flush();
  return impl_->out.str();
}

}  // namespace picket::obs
