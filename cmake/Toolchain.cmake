# Compiler switches that hold for every target.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")        # NDEBUG stays undefined: our assertions hold in production
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

# Everything ends in a program, nothing in a shared library: one kind of code, so that all share the precompiled headers.
add_compile_options(-fPIE -pthread)
add_link_options(-pie)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # It judges by what the compiler says it read, instead of having every file preprocessed first; precompiled headers it knows by their sum
  # (Precompiled.cmake), so that two build folders have the same.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(picket_flags INTERFACE)
target_compile_options(picket_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these three from inside the standard library at -O2
  target_compile_options(picket_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()
if(PICKET_WERROR)
  target_compile_options(picket_flags INTERFACE -Werror)
endif()
target_compile_definitions(picket_flags INTERFACE PICKET_VERSION="${PROJECT_VERSION}")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(picket_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
# What tests: a compiler spends two thirds of its time on making them fast, for minutes of a run that takes seconds.
add_library(picket_test_flags INTERFACE)
target_compile_options(picket_test_flags INTERFACE -O0 -U_FORTIFY_SOURCE)
add_link_options(-Wl,-z,relro,-z,now)

if(PICKET_SANITIZE)
  add_compile_options(-fsanitize=${PICKET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PICKET_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")          # optimised, what they add takes twice as long to compile
    add_compile_options(-fno-sanitize=function)   # Asio's coroutines, clang 14
  endif()
  if(PICKET_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)                # Asio's fences
  endif()
endif()
if(PICKET_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
