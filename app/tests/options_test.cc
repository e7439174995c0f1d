#include "options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace picket::app {
namespace {

using testing::HasSubstr;

class ConfigFile : public testing::Test {
 protected:
  Status read(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() / ("picket-config-" + std::to_string(getpid()) + ".toml");
    std::ofstream(path) << text;
    const Status status = read_config(path, options_);
    std::filesystem::remove(path);
    return status;
  }
  ServeOptions options_;
};

TEST_F(ConfigFile, EverySettingArrives) {
  ASSERT_TRUE(read(R"(
data = "/srv/picket"
listen = "127.0.0.1:9000"
poll_interval = "5m"
egress_addresses = ["203.0.113.7", "2001:db8::7"]
retention_days = 400
vendor_rate = 0
feedback_address = "mailto:security@example.test"
log_level = "debug"
log_format = "json"
)"));
  EXPECT_EQ(options_.data, "/srv/picket");
  EXPECT_EQ(options_.poll_interval, std::chrono::minutes(5));
  EXPECT_EQ(options_.egress_addresses.size(), 2u);
  EXPECT_EQ(options_.retention_days, 400);
  EXPECT_EQ(options_.vendor_rate, 0);
  EXPECT_EQ(options_.log.level, obs::Level::kDebug);
  EXPECT_TRUE(check_options(options_));
}

TEST_F(ConfigFile, AnUnknownSettingIsAnErrorWithItsPlace) {
  const Status status = read("listen = \"127.0.0.1:1\"\npoll_intervall = \"5m\"\n");
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr(":2:1: there is no setting \"poll_intervall\""));
  EXPECT_EQ(options_.listen, "127.0.0.1:8080") << "nothing is half-applied";
}

TEST_F(ConfigFile, AWrongValueIsAnErrorWithItsPlace) {
  for (const char* text : {"poll_interval = \"0s\"", "poll_interval = 60", "vendor_rate = -1", "vendor_rate = 1.5", "listen = 8080",
                           "egress_addresses = [1]", "log_level = \"loud\"", "data = ", "retention_days = 0"})
    EXPECT_FALSE(read(text)) << text;
}

TEST(Options, ListeningOutsideLoopbackWantsTls) {
  ServeOptions options;
  options.data = "/srv/picket";
  options.listen = "0.0.0.0:8080";
  ASSERT_FALSE(check_options(options));
  EXPECT_THAT(check_options(options).error().message, HasSubstr("--tls-cert"));
  options.trusted_proxies = {"10.0.0.1"};
  EXPECT_TRUE(check_options(options));
  options.trusted_proxies.clear();
  options.tls_cert = "cert.pem";
  EXPECT_FALSE(check_options(options)) << "a certificate without its key";
  options.tls_key = "key.pem";
  EXPECT_TRUE(check_options(options));
}

TEST(Options, DeviceServersAreOriginsAlone) {
  ServeOptions options;
  options.data = "/srv/picket";
  for (const char* url : {"events.example.test", "ftp://events.example.test", "https://events.example.test/", "https://u@events.example.test", "https://"}) {
    options.allow_device_servers = {url};
    EXPECT_FALSE(check_options(options)) << url;
  }
  options.allow_device_servers = {"http://127.0.0.1:4711"};
  EXPECT_TRUE(check_options(options));
}

TEST(Options, HostAndPort) {
  EXPECT_EQ(parse_host_port("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_host_port(":80")->host, "0.0.0.0");
  EXPECT_EQ(parse_host_port("localhost:0")->port, 0);
  for (const char* text : {"", "80", "::1:80", "a:", "a:65536", "a:-1", "a:8x", "[::1]80"}) EXPECT_FALSE(parse_host_port(text)) << text;
}

}  // namespace
}  // namespace picket::app
