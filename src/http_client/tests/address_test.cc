#include "http_client/address.h"

#include <gtest/gtest.h>

namespace picket::http_client {
namespace {

TEST(Address, PublicOnes) {
  for (const char* text : {"8.8.8.8",         "1.1.1.1",         "9.255.255.255",        "11.0.0.0",
                           "100.63.255.255",  "100.128.0.0",     "126.255.255.255",      "128.0.0.1",
                           "169.253.0.1",     "169.255.0.1",     "172.15.0.1",           "172.32.0.1",
                           "192.167.0.1",     "192.169.0.1",     "198.17.0.1",           "198.20.0.1",
                           "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "2a00::1",
                           "3ffe::1"})
    EXPECT_TRUE(is_public_address(text)) << text;
}

TEST(Address, NotPublicOnes) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::8.8.8.8",
                           "64:ff9b::808:808",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:808:808::1",
                           "3fff::1",
                           "fc00::1",
                           "fd12::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "",
                           "localhost",
                           "8.8.8",
                           "8.8.8.8.8"})
    EXPECT_FALSE(is_public_address(text)) << text;
}

TEST(Address, Loopback) {
  EXPECT_TRUE(is_loopback("127.9.9.9"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_TRUE(is_loopback("localhost"));
  EXPECT_FALSE(is_loopback("128.0.0.1"));
  EXPECT_FALSE(is_loopback("example.com"));
}

}  // namespace
}  // namespace picket::http_client
