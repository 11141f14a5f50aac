# `cmake --install`: the binary, and the library with its headers and find_package(aside).
#
# The library is one archive made of the folders' objects, so that a user links `aside::aside` and need not know the folders.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(ASIDE_LIBRARY_FOLDERS base telemetry runtime runtime/os wire memory engine/ports engine/guard
    sizing engine origin/sqlite origin/directory origin/fault)

add_library(aside_library STATIC)
set_target_properties(aside_library PROPERTIES OUTPUT_NAME aside EXPORT_NAME aside LINKER_LANGUAGE CXX)
target_compile_features(aside_library INTERFACE cxx_std_23)
# <aside/engine/engine.h> for users; the headers themselves name each other from the folder above theirs.
target_include_directories(aside_library INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/aside>)
target_link_libraries(aside_library PUBLIC Threads::Threads PRIVATE PkgConfig::xxhash OpenSSL::SSL simdjson::simdjson pugixml::pugixml
                      SQLite::SQLite3 spdlog::spdlog prometheus-cpp::core)

foreach(folder ${ASIDE_LIBRARY_FOLDERS})
  string(REPLACE / _ name ${folder})
  string(REPLACE engine_ports ports name ${name})
  get_target_property(type aside_${name} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    target_sources(aside_library PRIVATE $<TARGET_OBJECTS:aside_${name}>)
  endif()
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.h)
  list(FILTER headers EXCLUDE REGEX "_(test|fixture)\\.h$")
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/aside/${folder})
endforeach()

install(TARGETS aside_library EXPORT aside_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT aside_targets NAMESPACE aside:: FILE asideTargets.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/aside)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/aside)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/asideConfig.cmake.in ${CMAKE_BINARY_DIR}/asideConfig.cmake
                              INSTALL_DESTINATION ${config_folder})
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/asideConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/asideConfig.cmake ${CMAKE_BINARY_DIR}/asideConfigVersion.cmake DESTINATION ${config_folder})
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# What an installation needs built, without tests and benches.
add_custom_target(install_parts DEPENDS aside_library)
if(TARGET aside)
  install(TARGETS aside RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  add_dependencies(install_parts aside)
endif()
