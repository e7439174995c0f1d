#include "onepassword_simulator/company.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "onepassword_simulator/random.h"

namespace picket::onepassword_simulator {
namespace {

struct Name {
  const char* plain;
  const char* written;  ///< with the letters that the switch for non-ASCII names brings
};

constexpr std::array<Name, 16> kFirst = {{{"Ada", "Ada"},
                                          {"Bo", "Bo"},
                                          {"Cleo", "Cléo"},
                                          {"Dag", "Dag"},
                                          {"Esther", "Esther"},
                                          {"Frode", "Frøde"},
                                          {"Gita", "गीता"},
                                          {"Hanne", "Hanne"},
                                          {"Ines", "Inês"},
                                          {"Jorgen", "Jørgen"},
                                          {"Katrin", "Katrín"},
                                          {"Lars", "Lars"},
                                          {"Mei", "美"},
                                          {"Nadia", "Надя"},
                                          {"Oskar", "Óskar"},
                                          {"Pia", "Pia 🦊"}}};
constexpr std::array<Name, 10> kLast = {{{"Quist", "Quist"},
                                         {"Lind", "Lind"},
                                         {"Abrahamsson", "Abrahåmsson"},
                                         {"Bergstroem", "Bergström"},
                                         {"Castellanos", "Castellános"},
                                         {"Drummond", "Drummond"},
                                         {"Engelbrecht", "Engelbrecht"},
                                         {"Fairweather", "Fairweather"},
                                         {"Gustafsson", "Guståfsson"},
                                         {"Hallgrimsdottir", "Hallgrímsdóttir"}}};

struct Site {
  const char *country, *code, *region, *city, *latitude, *longitude, *network;
};
constexpr std::array<Site, 5> kSites = {
    {{"Sweden", "SE", "Stockholm", "Stockholm", "59.3326", "18.0649", "192.0.2"},
     {"Sweden", "SE", "Vastra Gotaland", "Gothenburg", "57.7072", "11.9668", "192.0.2"},
     {"Canada", "CA", "Ontario", "Toronto", "43.6425", "-79.3872", "198.51.100"},
     {"Germany", "DE", "Land Berlin", "Berlin", "52.5196", "13.4069", "203.0.113"},
     {"United States", "US", "Massachusetts", "Boston", "42.3584", "-71.0598", "198.51.100"}}};

constexpr unsigned kPeople = 60;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

Person make_person(std::uint64_t seed, unsigned number, bool non_ascii) {
  Sequence random(seed ^ mix(number + 1000));
  const Name& first = kFirst[number % kFirst.size()];
  const Name& last = kLast[(number * 7 + number / kFirst.size()) % kLast.size()];
  Person person;
  append_uuid(person.uuid, random.next(), random.next(), LetterCase::kUpper);
  append_uuid(person.device_uuid, random.next(), random.next(), LetterCase::kLower);
  person.name = non_ascii ? fmt::format("{} {}", first.written, last.written)
                          : fmt::format("{} {}", first.plain, last.plain);
  person.email =
      fmt::format("{}.{}{}@quist-lind.example.test", lower(first.plain), lower(last.plain),
                  number < kFirst.size() ? std::string() : std::to_string(number / kFirst.size() + 1));
  person.computer = fmt::format("{}-{}", lower(first.plain), random.below(2) == 0 ? "laptop" : "workstation");
  person.place = random.below(10) < 6 ? random.below(2) : 2 + random.below(3);
  person.host = static_cast<unsigned char>(2 + random.below(250));
  person.v1_json =
      fmt::format(R"({{"uuid":"{}","name":"{}","email":"{}"}})", person.uuid, person.name, person.email);
  person.v2_json = fmt::format(R"({{"uuid":"{}","name":"{}","email":"{}","user_type":"user"}})", person.uuid,
                               person.name, person.email);
  return person;
}

std::uint64_t own_seed(std::uint64_t seed, unsigned account) {
  return mix(seed ^ mix(0xacc0 + account));
}

std::vector<std::string> uuids(std::uint64_t seed, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i)
    out.push_back(make_uuid(seed + static_cast<std::uint64_t>(i), LetterCase::kLower));
  return out;
}

}  // namespace

std::string Company::account_uuid_for(std::uint64_t seed, unsigned account) {
  return make_uuid(own_seed(seed, account) ^ 1, LetterCase::kUpper);
}

std::string Company::integration_uuid_for(std::uint64_t seed, unsigned account) {
  return make_uuid(own_seed(seed, account) ^ 2, LetterCase::kUpper);
}

Company::Company(std::uint64_t seed, unsigned account, bool non_ascii) {
  const std::uint64_t own = own_seed(seed, account);
  account_uuid = account_uuid_for(seed, account);
  people.reserve(kPeople);
  for (unsigned i = 0; i < kPeople; ++i) people.push_back(make_person(own, i, non_ascii));
  for (const auto& site : kSites)
    places.push_back(
        {fmt::format(R"({{"country":"{}","region":"{}","city":"{}","latitude":{},"longitude":{}}})",
                     site.country, site.region, site.city, site.latitude, site.longitude),
         site.code, site.network});
  vaults = uuids(own ^ 0x1000000, 24);
  groups = uuids(own ^ 0x2000000, 9);
  items = uuids(own ^ 0x3000000, 400);
  reports = uuids(own ^ 0x4000000, 6);
}

}  // namespace picket::onepassword_simulator
