#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace picket::onepassword_simulator {

struct Place {
  std::string json;     ///< the `location` object
  std::string country;  ///< two letters
  std::string network;  ///< first three parts of its addresses, documentation ranges only
};

struct Person {
  std::string uuid, name, email, computer, device_uuid;
  std::string v1_json, v2_json;  ///< the user object of either version
  std::size_t place = 0;
  unsigned char host = 1;  ///< last part of the usual address
};

/// Quist & Lind Instruments: a fictional maker of measuring instruments, its people, vaults, groups and
/// places. One per simulated account; the same seed and account give the same company. Immutable.
struct Company {
  Company(std::uint64_t seed, unsigned account, bool non_ascii);
  static std::string account_uuid_for(std::uint64_t seed, unsigned account);
  static std::string integration_uuid_for(std::uint64_t seed, unsigned account);

  std::string account_uuid;
  std::vector<Person> people;
  std::vector<Place> places;
  std::vector<std::string> vaults, groups, items, reports;
};

}  // namespace picket::onepassword_simulator
