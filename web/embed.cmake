# cmake -DDIST=<folder or nothing> -DOUT=<folder> -P embed.cmake
# Writes console_assets.S (the bytes) and console_assets.cc (the table of console/assets.h) from the built console.
set(types
  ".html=text/html; charset=utf-8" ".js=text/javascript; charset=utf-8" ".css=text/css; charset=utf-8"
  ".svg=image/svg+xml" ".json=application/json" ".txt=text/plain; charset=utf-8" ".woff2=font/woff2" ".png=image/png"
  ".ico=image/x-icon" ".webmanifest=application/manifest+json")

set(files "")
if(DIST)
  file(GLOB_RECURSE files RELATIVE ${DIST} ${DIST}/*)
  list(FILTER files EXCLUDE REGEX "(\\.gz|/?\\.picket-built)$")
  list(SORT files)
endif()

set(asm ".section .rodata\n")
set(externs "")
set(rows "")
set(i 0)

# Appends the bytes of a file under a symbol; the hash in the text makes a compiler cache see a change of content.
macro(embed symbol path hash)
  string(APPEND asm ".global ${symbol}\n${symbol}:\n.incbin \"${path}\"\n.global ${symbol}_end\n${symbol}_end:\n.byte 0\n"
    ".set ${symbol}_sha_${hash}, 0\n")
  string(APPEND externs "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
endmacro()

foreach(file IN LISTS files)
  get_filename_component(extension ${file} LAST_EXT)
  set(type "")
  foreach(pair IN LISTS types)
    string(REGEX MATCH "^([^=]*)=(.*)$" _ "${pair}")
    if(CMAKE_MATCH_1 STREQUAL extension)
      set(type "${CMAKE_MATCH_2}")
    endif()
  endforeach()
  if(NOT type)
    message(FATAL_ERROR "embed.cmake knows no content type for '${file}': add one.")
  endif()
  file(SHA256 ${DIST}/${file} hash)
  string(SUBSTRING ${hash} 0 32 tag)
  embed(picket_console_${i} ${DIST}/${file} ${tag})
  set(gzip "{}")
  if(EXISTS ${DIST}/${file}.gz)
    file(SHA256 ${DIST}/${file}.gz gzip_hash)
    string(SUBSTRING ${gzip_hash} 0 32 gzip_tag)
    embed(picket_console_${i}_gzip ${DIST}/${file}.gz ${gzip_tag})
    set(gzip "view(picket_console_${i}_gzip, picket_console_${i}_gzip_end)")
  endif()
  set(immutable false)
  if(file MATCHES "^assets/")
    set(immutable true)
  endif()
  string(APPEND rows "    Asset{\"/${file}\", \"${type}\", view(picket_console_${i}, picket_console_${i}_end), ${gzip}, \"\\\"${tag}\\\"\", ${immutable}},\n")
  math(EXPR i "${i}+1")
endforeach()
string(APPEND asm ".section .note.GNU-stack,\"\",@progbits\n")

set(text "#include \"console/assets.h\"\n\n#include <array>\n#include <cstddef>\n\n${externs}\nnamespace picket::console {\n")
if(rows)
  string(APPEND text "namespace {\n\nstd::string_view view(const char* begin, const char* end) {\n"
    "  return {begin, static_cast<std::size_t>(end - begin)};\n}\n\n}  // namespace\n\n"
    "std::span<const Asset> assets() {\n  static const std::array<Asset, ${i}> table{\n${rows}  };\n  return table;\n}\n")
else()
  string(APPEND text "\nstd::span<const Asset> assets() { return {}; }\n")
endif()
string(APPEND text "\n}  // namespace picket::console\n")
file(WRITE ${OUT}/console_assets.S "${asm}")
file(WRITE ${OUT}/console_assets.cc "${text}")
