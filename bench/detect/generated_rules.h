#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace picket::bench {

/// Texts of `count` rules with the field mix of public CloudTrail rules: an event source and one to four event names, now and then a
/// user agent, a request parameter, text inside the request, an identity, or "the call succeeded". One in ten names is
/// one that the generated stream holds.
inline std::string generated_rules(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  static constexpr const char* kServices[] = {"iam", "ec2", "s3", "rds", "kms", "lambda", "eks", "ecs", "sts", "ssm", "route53", "guardduty", "config", "cloudtrail", "ecr", "logs", "ses", "glue", "sns", "sqs"};
  static constexpr const char* kVerbs[] = {"Create", "Delete", "Update", "Put", "Attach", "Detach", "Modify", "Disable", "Enable", "Import", "Export", "Revoke", "Authorize", "Stop", "Restore"};
  static constexpr const char* kNouns[] = {"User", "Role", "Policy", "AccessKey", "Bucket", "Instance", "Snapshot", "Cluster", "Function", "Trail", "Detector", "KeyPair", "SecurityGroup", "Domain", "Alias", "Stream", "Queue", "Topic", "Image", "Volume", "Vpc", "Table"};
  static constexpr const char* kSeen[] = {"CreateAccessKey", "StopLogging", "UpdateTrail", "ModifySnapshotAttribute", "CreateKeyPair", "PutBucketLogging", "GetSessionToken", "SendCommand", "PutUserPolicy", "PutKeyPolicy"};
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += "title: Generated rule " + std::to_string(i) + "\nid: 00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + i) +
           "\nstatus: test\ndescription: A rule like those that people write about their cloud.\nreferences:\n    - https://example.com/" + std::to_string(i) +
           "\nauthor: nobody\ndate: 2026-01-01\ntags:\n    - attack.persistence\n    - attack.t1098\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n    selection:\n        eventSource: '" +
           kServices[below(std::size(kServices))] + ".amazonaws.com'\n        eventName:\n";
    for (std::size_t n = 1 + below(4); n > 0; --n)
      out += std::string("            - '") + (below(10) == 0 ? std::string(kSeen[below(std::size(kSeen))]) : std::string(kVerbs[below(std::size(kVerbs))]) + kNouns[below(std::size(kNouns))]) + "'\n";
    std::string condition = "selection";
    switch (below(10)) {
      case 0: out += "        userAgent|contains: 'Tool" + std::to_string(below(50)) + "'\n"; break;
      case 1: out += "        requestParameters.attribute" + std::to_string(below(8)) + ": 'userData'\n"; break;
      case 2: out += "        requestParameters|contains: 'Suspended" + std::to_string(below(20)) + "'\n"; break;
      case 3:
        out += "    ok_code:\n        errorCode: 'Success'\n    ok_null:\n        errorCode: null\n";
        condition += " and 1 of ok_*";
        break;
      case 4:
        out += "    filter_main:\n        userIdentity.type: 'AWSService'\n    filter_agent:\n        userAgent|startswith: 'agent" + std::to_string(below(20)) + "/'\n";
        condition += " and not 1 of filter_*";
        break;
      default: break;
    }
    out += "    condition: " + condition + "\nfalsepositives:\n    - Administrators\nlevel: medium\n---\n";
  }
  return out;
}

}  // namespace picket::bench
