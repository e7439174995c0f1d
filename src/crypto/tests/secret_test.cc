#include "crypto/secret.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

namespace picket::crypto {
namespace {

// What must not compile. A positive probe beside each keeps the probe itself honest.
template <typename T>
concept Streams = requires(std::ostream& out, const T& v) {
  out << v;
};
template <typename T>
concept Formats = fmt::is_formattable<T>::value;
template <typename T>
concept BecomesJson =
    boost::json::has_value_from<T>::value || std::is_constructible_v<boost::json::value, const T&>;
template <typename T>
concept BecomesText =
    std::is_convertible_v<const T&, std::string_view> || std::is_convertible_v<const T&, std::string> ||
    std::is_constructible_v<std::string, const T&> || std::is_convertible_v<const T&, const char*>;
template <typename T>
concept Compares = requires(const T& a, const T& b) {
  a == b;
}
|| requires(const T& a) {
  a == "text";
};
template <typename T>
concept Iterates = requires(const T& a) {
  a.begin();
}
|| requires(const T& a) {
  a.data();
};

static_assert(Streams<std::string> && Formats<std::string> && BecomesJson<std::string> &&
              BecomesText<std::string> && Compares<std::string> && Iterates<std::string>);
static_assert(!Streams<Secret>, "a secret must not be printable");
static_assert(!Formats<Secret>, "a secret must not be formattable, so it cannot be logged");
static_assert(!BecomesJson<Secret>, "a secret must not become JSON");
static_assert(!BecomesText<Secret>, "the text of a secret is had by reveal() alone");
static_assert(!Compares<Secret>, "secrets are compared in constant time by equals()");
static_assert(!Iterates<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret> && !std::is_convertible_v<const char*, Secret>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

TEST(Secret, HoldsMovesAndClones) {
  Secret a("hunter2");
  EXPECT_EQ(a.reveal(), "hunter2");
  EXPECT_TRUE(a.equals("hunter2"));
  EXPECT_FALSE(a.equals("hunter3"));
  EXPECT_FALSE(a.equals("hunter"));
  Secret b = a.clone();
  Secret c(std::move(a));
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(a.reveal(), "");
  EXPECT_TRUE(a.equals(""));
  b = std::move(c);
  EXPECT_EQ(b.reveal(), "hunter2");
  EXPECT_TRUE(c.empty());
}

TEST(Secret, MemoryIsWipedWhenGivenBack) {
  const char* where = nullptr;
  {
    const Secret s("a-canary-that-must-not-stay-behind");
    where = s.reveal().data();
  }
  // The block belongs to the pool and stays mapped, so it can be looked at: nothing of the text is left.
  EXPECT_EQ(std::string_view(where, 34),
            std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 34));
}

TEST(Secret, AssignmentWipesTheOldTextAtOnce) {
  Secret a("the-old-one-the-old-one"), b("the-new-one");
  const char* old = a.reveal().data();
  a = std::move(b);
  EXPECT_EQ(old[0], '\0');
  EXPECT_EQ(a.reveal(), "the-new-one");
}

TEST(Secret, EverySizeFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (std::size_t n = 0; n < 20'000; n = n * 5 / 4 + 1) {
        const std::string text(n, static_cast<char>('a' + t));
        const Secret s(text);
        EXPECT_EQ(s.reveal(), text);
      }
    });
  for (auto& t : threads) t.join();
}

}  // namespace
}  // namespace picket::crypto
