#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <semaphore>

#include "api/auth.h"
#include "api/engine.h"
#include "api/resources.h"

namespace picket::api {

/// Everything that changes a security device or asks its vendor something, and the actions of a technology.
/// Threads: any. Failure: values; a change that was made is never answered with an error.
class DeviceCalls {
 public:
  using Request = http_server::Request;
  using Reply = Answer<http_server::Response>;

  DeviceCalls(const Parts& parts, const Options& options, const Catalogue& catalogue, const Engine& engine,
              const Plugins& plugins)
      : parts_(parts),
        options_(options),
        catalogue_(catalogue),
        engine_(engine),
        plugins_(plugins),
        vendor_slots_(options.vendor_calls_at_once) {}

  Reply create(const Caller& caller, const Request& request) const;
  Reply change(const Caller& caller, const Request& request) const;
  Reply remove(const Caller& caller, const Request& request) const;
  Reply replace_secret(const Caller& caller, const Request& request) const;
  Reply test(const Caller& caller, const Request& request) const;
  Reply reread_cost(const Caller& caller, const Request& request) const;
  Reply reread(const Caller& caller, const Request& request) const;

  Reply plugin_test(const Caller& caller, const Request& request) const;
  Reply plugin_inspect(const Caller& caller, const Request& request) const;
  Reply plugin_logo(const Caller& caller, const Request& request) const;

 private:
  using PluginPtr = std::shared_ptr<const Plugin>;

  /// The device of the path, alive.
  Answer<fleet::DeviceViewPtr> device_of(const Caller& caller, const Request& request) const;
  Answer<PluginPtr> plugin_of(const Request& request) const;
  /// The device as it is after a change, and the living picture told of it.
  http_server::Response changed(const control::Device& device, const Caller& caller, int status) const;
  /// Runs a test unless too many run already: 429 with Retry-After.
  http_server::Response test_in_slot(const std::function<connector::TestResult()>& test) const;
  Answer<TimePoint> check_start_time(const Plugin& plugin, TimePoint start, std::string_view pointer) const;

  Parts parts_;
  const Options& options_;
  const Catalogue& catalogue_;
  const Engine& engine_;
  const Plugins& plugins_;
  mutable std::counting_semaphore<> vendor_slots_;  ///< of calls that wait for a vendor
};

/// Takes the members of `secrets.device_info` that the technology knows. An absent or empty token gives an
/// empty Secret.
Answer<crypto::Secret> read_device_info(const Plugin& plugin, const boost::json::value* secrets,
                                        std::string_view pointer);

}  // namespace picket::api
