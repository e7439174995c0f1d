#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embed.h"
#include "connector/connector.h"
#include "connector/form.h"

namespace picket::connector {

/// The data files of a connector's folder (manifest.json, form.json, logo.svg), read and checked.
/// Its rules/*.yml are only handed on.
struct Bundle {
  std::string slug, title, vendor_name, device_type;
  std::vector<StreamInfo> streams;
  std::vector<std::string> servers;
  std::string
      manifest_json;  ///< the attributes of the API's `plugins` resource, `device_spec_json` among them
  std::string form_json;
  std::string logo_svg;
  Form form;
};

/// Errors: kInvalidInput naming file and place. A built-in connector asserts on it: its files were checked by
/// its tests.
Result<Bundle> read_bundle(std::string_view manifest_json, std::string_view form_json,
                           std::string_view logo_svg);

/// A connector whose descriptions come from its bundle; what is left to write is behaviour.
class BundledConnector : public Connector {
 public:
  explicit BundledConnector(std::span<const embedded::File> files);

  const std::string& slug() const override { return bundle_.slug; }
  const std::string& title() const override { return bundle_.title; }
  const std::string& vendor_name() const override { return bundle_.vendor_name; }
  const std::string& device_type() const override { return bundle_.device_type; }
  const std::string& manifest_json() const override { return bundle_.manifest_json; }
  const std::string& form_json() const override { return bundle_.form_json; }
  std::string_view logo_svg() const override { return bundle_.logo_svg; }
  std::span<const StreamInfo> streams() const override { return bundle_.streams; }
  std::span<const std::string> servers() const override { return bundle_.servers; }
  std::span<const RuleText> rules() const override { return rules_; }
  Status validate(std::string_view device_spec, std::span<const std::string> extra_servers) const override {
    return check_device_spec(bundle_.form, device_spec, extra_servers);
  }

 protected:
  const Bundle& bundle() const { return bundle_; }
  /// kInvalidInput when the connector has no stream of that name.
  Status check_stream(std::string_view stream) const;

 private:
  Bundle bundle_;
  std::vector<RuleText> rules_;
};

}  // namespace picket::connector
