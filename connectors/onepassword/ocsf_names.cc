// Which OCSF values the documents of each stream can have, for rules that name them. What they are is written by ocsf.cc alone; tests
// hold this list against the documents of all golden cases. `action` and `disposition` are left out: `action` is the vendor's own word,
// and their numbers (action_id, disposition_id) say the same.
#include <string_view>

#include "onepassword/onepassword.h"

namespace picket::onepassword {
namespace {

constexpr std::string_view kSignIns[] = {
    "action_id", "activity_id", "activity_name", "actor.app_name", "auth_factors.factor_type",
    "auth_factors.factor_type_id", "auth_protocol", "auth_protocol_id", "category_name", "category_uid",
    "class_name", "class_uid", "disposition_id", "http_request.user_agent", "is_mfa", "metadata.event_code",
    "metadata.log_name", "metadata.original_time", "metadata.product.feature.name", "metadata.product.name",
    "metadata.product.vendor_name", "metadata.profiles", "metadata.tenant_uid", "metadata.uid",
    "metadata.version", "service.name", "service.uid", "session.uid", "severity", "severity_id",
    "src_endpoint.ip", "src_endpoint.location.city", "src_endpoint.location.country",
    "src_endpoint.location.desc", "src_endpoint.location.lat", "src_endpoint.location.long",
    "src_endpoint.location.region", "src_endpoint.name", "src_endpoint.os.name", "src_endpoint.os.type",
    "src_endpoint.os.type_id", "src_endpoint.os.version", "status", "status_code", "status_detail",
    "status_id", "time", "timezone_offset", "type_uid", "user.account.uid", "user.email_addr", "user.name",
    "user.type", "user.type_id", "user.uid"};

constexpr std::string_view kItemUsages[] = {
    "activity_id", "activity_name", "actor.app_name", "actor.user.account.uid", "actor.user.email_addr",
    "actor.user.name", "actor.user.type", "actor.user.type_id", "actor.user.uid", "api.operation",
    "api.request.uid", "api.service.name", "category_name", "category_uid", "class_name", "class_uid",
    "http_request.user_agent", "metadata.event_code", "metadata.log_name", "metadata.original_time",
    "metadata.product.feature.name", "metadata.product.name", "metadata.product.vendor_name",
    "metadata.tenant_uid", "metadata.uid", "metadata.version", "resources.role", "resources.role_id",
    "resources.type", "resources.uid", "resources.version", "severity", "severity_id", "src_endpoint.ip",
    "src_endpoint.location.city", "src_endpoint.location.country", "src_endpoint.location.desc",
    "src_endpoint.location.lat", "src_endpoint.location.long", "src_endpoint.location.region",
    "src_endpoint.name", "src_endpoint.os.name", "src_endpoint.os.type", "src_endpoint.os.type_id",
    "src_endpoint.os.version", "status", "status_id", "time", "timezone_offset", "type_uid"};

constexpr std::string_view kAudit[] = {
    "activity_id", "activity_name", "actor.app_name", "actor.session.created_time", "actor.session.uid",
    "actor.user.account.uid", "actor.user.email_addr", "actor.user.name", "actor.user.type",
    "actor.user.type_id", "actor.user.uid", "category_name", "category_uid", "class_name", "class_uid",
    "entity.device.type", "entity.device.type_id", "entity.device.uid", "entity.name", "entity.type",
    "entity.type_id", "entity.uid", "entity.user.email_addr", "entity.user.name", "entity.user.type",
    "entity.user.type_id", "entity.user.uid", "group.uid", "metadata.event_code", "metadata.log_name",
    "metadata.original_time", "metadata.product.feature.name", "metadata.product.name",
    "metadata.product.vendor_name", "metadata.tenant_uid", "metadata.uid", "metadata.version", "privileges",
    "resources.type", "resources.uid", "severity", "severity_id", "src_endpoint.instance_uid",
    "src_endpoint.ip", "src_endpoint.location.city", "src_endpoint.location.country",
    "src_endpoint.location.desc", "src_endpoint.location.lat", "src_endpoint.location.long",
    "src_endpoint.location.region", "src_endpoint.name", "status", "status_id", "time", "timezone_offset",
    "type_uid", "user.email_addr", "user.name", "user.type", "user.type_id", "user.uid"};

}  // namespace

std::span<const std::string_view> OnePassword::ocsf_names(std::string_view stream) const {
  if (stream == "signinattempts") return kSignIns;
  if (stream == "itemusages") return kItemUsages;
  if (stream == "auditevents") return kAudit;
  return {};
}

}  // namespace picket::onepassword
