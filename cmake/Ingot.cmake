# Warnings, sanitizers, and the one way a folder becomes a library.

option(INGOT_TESTS "build the tests" ON)
option(INGOT_FUZZ "build the libFuzzer targets (clang only)" OFF)
set(INGOT_SANITIZE "" CACHE STRING "address, undefined, thread, or a comma list; empty for none")

find_package(OpenSSL 3.0 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)   # headers only: Beast
find_package(RocksDB REQUIRED)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)  # memory that one thread takes and another gives back

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Paths relative to the tree: a second clone finds what the first compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  ${CCACHE_PROGRAM})
endif()

if(INGOT_SANITIZE)
  add_compile_options(-fsanitize=${INGOT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${INGOT_SANITIZE})
endif()

function(ingot_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                         -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
endfunction()

# ingot_library(<folder> [PUBLIC lib...] [PRIVATE lib...]): ingot_<folder> from every .cpp of the folder,
# dialect folders included, and from its .proto files. A folder that holds no source yet is left out.
function(ingot_library folder)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/app/main.cpp)
  file(GLOB protos CONFIGURE_DEPENDS ${folder}/*.proto)
  if(NOT sources)
    return()
  endif()
  set(target ingot_${folder})
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  set(public "")
  foreach(library IN LISTS arg_PUBLIC)
    if(library MATCHES "^ingot_" AND NOT TARGET ${library})
      continue()
    endif()
    list(APPEND public ${library})
  endforeach()
  target_link_libraries(${target} PUBLIC ${public} PRIVATE ${arg_PRIVATE})
  ingot_compile_options(${target})
  if(protos)
    ingot_protos(${target} ${folder} ${protos})
  endif()
endfunction()

# Generated protobuf code is compiled without our warnings; its headers are found as "<folder>/<name>.pb.h".
function(ingot_protos target folder)
  set(out ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out}/${folder})
  foreach(proto IN LISTS ARGN)
    get_filename_component(name ${proto} NAME_WE)
    add_custom_command(
      OUTPUT ${out}/${folder}/${name}.pb.cc ${out}/${folder}/${name}.pb.h
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${out} ${proto}
      DEPENDS ${proto})
    set_source_files_properties(${out}/${folder}/${name}.pb.cc PROPERTIES COMPILE_OPTIONS "-w")
    target_sources(${target} PRIVATE ${out}/${folder}/${name}.pb.cc ${out}/${folder}/${name}.pb.h)
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${out})
endfunction()

# ingot_test(<name> SOURCES file... LIBRARIES lib... [LABELS label...]): one gtest program, one ctest entry a test case.
function(ingot_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  foreach(library IN LISTS arg_LIBRARIES)
    if(library MATCHES "^ingot_" AND NOT TARGET ${library})
      return()
    endif()
  endforeach()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  ingot_compile_options(${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "SHARED_DATA=${CMAKE_SOURCE_DIR}/../shared/data;TESTED_PROGRAM=${CMAKE_BINARY_DIR}/ingot")
endfunction()
