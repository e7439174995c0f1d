# picket_add_connector(NAME): the folder connectors/NAME becomes a connector: builds its *.cc, embeds manifest.json,
# form.json, logo.svg and rules/*.yml, enters make_NAME() into the registry, and registers tests/, fuzz/ and bench/.
# A simulator/ folder is added as a module of its own, NAME_simulator.
# Static self-registration would be dropped by the linker, so the registry is a generated list.
# FOLDER names another folder; UNLISTED keeps it out of the registry (the template).
function(picket_add_connector name)
  cmake_parse_arguments(ARG "UNLISTED" "FOLDER" "" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${name})
  endif()
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  file(GLOB rules CONFIGURE_DEPENDS ${dir}/rules/*.yml)
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/tests/*.cc)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${dir}/fuzz/*_fuzz.cc)
  file(GLOB benches CONFIGURE_DEPENDS ${dir}/bench/*_bench.cc)
  set(simulator "")
  if(EXISTS ${dir}/simulator/CMakeLists.txt)  # stands apart: only tests and the program link it, never the connector
    add_subdirectory(${dir}/simulator)
    set(simulator ${name}_simulator)
  endif()
  set(CMAKE_CURRENT_SOURCE_DIR ${dir})
  picket_module(${name} KIND connectors SOURCES ${sources} USES connector model http_client crypto codec
    PRIVATE_LIBS Boost::json simdjson::simdjson)
  picket_embed(picket_${name} ${name}_files ${dir}/manifest.json ${dir}/form.json ${dir}/logo.svg ${rules})
  if(tests)
    picket_tests(${name} SOURCES ${tests} USES ${name} connector_testing ${simulator} LIBS Boost::json LABELS connector)
    if(TARGET ${name}_tests)
      target_compile_definitions(${name}_tests PRIVATE PICKET_SCHEMAS="${CMAKE_SOURCE_DIR}/schemas")
    endif()
  endif()
  foreach(fuzzer IN LISTS fuzzers)
    get_filename_component(leaf ${fuzzer} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" leaf ${leaf})
    picket_fuzzer(${name}_${leaf} ${fuzzer} USES ${name} LIBS Boost::json)
  endforeach()
  if(PICKET_BENCH)
    foreach(bench IN LISTS benches)
      get_filename_component(leaf ${bench} NAME_WE)
      add_executable(${name}_${leaf} ${bench})
      target_link_libraries(${name}_${leaf} PRIVATE picket_flags picket::${name})
    endforeach()
  endif()
  if(NOT ARG_UNLISTED)
    set_property(GLOBAL APPEND PROPERTY PICKET_CONNECTORS ${name})
  endif()
endfunction()

# After the last picket_add_connector: the library that holds make_registry().
function(picket_connector_registry)
  get_property(names GLOBAL PROPERTY PICKET_CONNECTORS)
  set(declarations "")
  set(calls "")
  set(targets "")
  foreach(name IN LISTS names)
    string(APPEND declarations "std::unique_ptr<connector::Connector> make_${name}();\n")
    string(APPEND calls "  all.push_back(connectors::make_${name}());\n")
    list(APPEND targets picket::${name})
  endforeach()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/registry.cc)
  file(GENERATE OUTPUT ${out} CONTENT "#include \"connector/connector.h\"\n
namespace picket::connectors {\n${declarations}}  // namespace picket::connectors\n
namespace picket::connector {\n
std::unique_ptr<Registry> make_registry() {\n  std::vector<std::unique_ptr<Connector>> all;\n${calls}  return std::make_unique<Registry>(std::move(all));\n}\n
}  // namespace picket::connector\n")
  add_library(picket_connectors STATIC ${out})
  add_library(picket::connectors ALIAS picket_connectors)
  target_link_libraries(picket_connectors PUBLIC picket::connector PRIVATE picket_flags ${targets})
endfunction()
