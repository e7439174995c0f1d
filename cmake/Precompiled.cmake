# picket_precompiled(TARGET [TESTS]): the target's files begin with headers that were read once for all of them. Half of a compiler's
# time went into reading them again for each file. A file still includes what it uses: PICKET_PCH=OFF (preset "dev") builds without.
if(PICKET_PCH)
  # what these headers were read with must hold for whoever uses them
  target_compile_definitions(picket_flags INTERFACE $<TARGET_PROPERTY:Boost::json,INTERFACE_COMPILE_DEFINITIONS>
    $<TARGET_PROPERTY:Boost::container,INTERFACE_COMPILE_DEFINITIONS> $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 forgets for these two that what it read beforehand was the standard library
    target_compile_options(picket_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  set(std_headers <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional>
    <ranges> <set> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>)
  file(WRITE ${CMAKE_BINARY_DIR}/precompiled/empty.cc "int main() {}\n")
  function(picket_precompile target)
    add_executable(${target} ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
    target_link_libraries(${target} PRIVATE picket_flags Boost::json fmt::fmt)
    target_precompile_headers(${target} PRIVATE ${std_headers} <boost/json.hpp> <fmt/format.h> <tl/expected.hpp> ${ARGN})
  endfunction()
  picket_precompile(picket_headers)
  if(PICKET_TESTS)
    picket_precompile(picket_test_headers <gtest/gtest.h> <gmock/gmock.h>)
    target_link_libraries(picket_test_headers PRIVATE picket_test_flags PkgConfig::GMOCK GTest::gtest)
  endif()
endif()

function(picket_precompiled target)
  if(NOT PICKET_PCH)
    return()
  endif()
  if("TESTS" IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM picket_test_headers)
  else()
    target_precompile_headers(${target} REUSE_FROM picket_headers)
  endif()
endfunction()
