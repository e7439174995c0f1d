#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <semaphore>
#include <stop_token>
#include <string>

#include "api/auth.h"
#include "api/detection_rows.h"
#include "api/engine.h"
#include "runtime/thread_pool.h"
#include "watch/backtest.h"

namespace picket::api {

/// Everything about detection rules that is more than listing them. Threads: any; backtests run on two threads of their own, the next
/// two wait, more are answered with an error. Failure: values; a change that was made is never answered with an error.
class DetectionCalls {
 public:
  using Request = http_server::Request;
  using Reply = Answer<http_server::Response>;

  DetectionCalls(const Parts& parts, const Catalogue& catalogue, const Engine& engine, const DetectionRows& rows);

  Reply get(const Caller& caller, const Request& request) const;
  Reply change(const Caller& caller, const Request& request) const;
  Reply matches(const Caller& caller, const Request& request) const;
  Reply counts(const Caller& caller, const Request& request) const;
  Reply histories(const Caller& caller, const Request& request) const;
  Reply check(const Caller& caller, const Request& request) const;

  Reply create_own(const Caller& caller, const Request& request) const;
  Reply change_own(const Caller& caller, const Request& request) const;
  Reply remove_own(const Caller& caller, const Request& request) const;

  Reply device(const Caller& caller, const Request& request) const;
  Reply alert(const Caller& caller, const Request& request) const;
  Reply backtest(const Caller& caller, const Request& request);
  void stop();

 private:
  /// Puts what was changed in force.
  void reload(const Caller& caller) const;
  /// The text as a draft beside the organization's other rules; 400 with every error, each with its place.
  Answer<std::shared_ptr<const watch::Book>> read_text(const Caller& caller, const std::string& own_rule_id, const std::string& text,
                                                       std::string_view pointer) const;
  Answer<watch::BacktestRequest> read_backtest(const Caller& caller, const Request& request) const;
  Answer<void> read_rules(const Caller& caller, const boost::json::object& body, watch::BacktestRequest& out) const;
  void run_backtest(const watch::BacktestRequest& asked, const Scope& scope, const std::shared_ptr<http_server::Stream>& stream,
                    std::stop_token cancelled) const;

  Parts parts_;
  const Catalogue& catalogue_;
  const Engine& engine_;
  const DetectionRows& rows_;
  const ResourceType detail_, alert_detail_;
  watch::Backtest backtest_;
  std::stop_source stopping_;
  runtime::ThreadPool backtests_;
};

}  // namespace picket::api
