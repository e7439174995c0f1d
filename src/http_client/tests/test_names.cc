// A name server for these tests: the program's own getaddrinfo comes before the library's.
#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <cstring>
#include <map>
#include <string>
#include <thread>

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  static const std::map<std::string, const char*> names = {
      {"private.test", "10.11.12.13"},     {"metadata.test", "169.254.169.254"}, {"local.test", "127.0.0.1"},
      {"mapped.test", "::ffff:127.0.0.1"}, {"nat64.test", "64:ff9b::a00:1"},     {"ula.test", "fd00::1"},
  };
  const std::string name = node == nullptr ? "" : node;
  if (name == "slow.test") {
    std::this_thread::sleep_for(std::chrono::seconds(4));
    return EAI_AGAIN;
  }
  if (const auto it = names.find(name); it != names.end()) return real(it->second, service, hints, result);
  if (name.ends_with(".test")) return EAI_NONAME;
  return real(node, service, hints, result);
}
