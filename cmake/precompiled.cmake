# Two headers compiled once for all folders: what nearly every file includes, and the same with GoogleTest for the tests.
# No folder gets a dependency by way of them: the one names the standard library alone, the other only tests see.
function(aside_precompiled_header target options)
  set(source ${CMAKE_BINARY_DIR}/${target}.cpp)
  file(GENERATE OUTPUT ${source} CONTENT "// Carries the precompiled header.\n")
  add_library(${target} OBJECT ${source})
  target_compile_options(${target} PRIVATE ${options})
  target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h ${ARGN})
endfunction()

aside_precompiled_header(aside_precompiled "${ASIDE_FUZZED_OPTIONS}")
if(ASIDE_TESTS)
  aside_precompiled_header(aside_precompiled_test "${ASIDE_TEST_OPTIONS}" <gtest/gtest.h>)
  target_link_libraries(aside_precompiled_test PRIVATE GTest::gtest)
endif()
