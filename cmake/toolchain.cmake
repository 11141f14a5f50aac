# Flags every target is built with. Warnings are errors; so are breaches of the lock annotations.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wthread-safety -Wno-missing-field-initializers
                    -fno-omit-frame-pointer -fvisibility=hidden -ffunction-sections -fdata-sections)
add_link_options(-fuse-ld=lld -Wl,--gc-sections)

# Objects hold machine code and, beside it, what the linker needs to optimise across them: an installed archive asks nothing of
# whoever links it. Programs that are to be fast say so by aside_optimise_when_linked().
if(ASIDE_LINK_TIME_OPTIMISATION)
  add_compile_options(-flto=thin -ffat-lto-objects)
endif()
function(aside_optimise_when_linked program)
  if(ASIDE_LINK_TIME_OPTIMISATION)
    target_link_options(${program} PRIVATE -flto=thin -ffat-lto-objects)
  endif()
endfunction()

if(ASIDE_SANITIZE)
  add_compile_options(-fsanitize=${ASIDE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ASIDE_SANITIZE})
endif()

# What fuzz targets are linked from counts the branches it takes, which is what leads the fuzzer. Tests do not: they share the objects.
set(ASIDE_FUZZED_OPTIONS "")
if(ASIDE_FUZZERS)
  set(ASIDE_FUZZED_OPTIONS -fsanitize=fuzzer-no-link)
endif()

# Tests are compiled often and run briefly: unoptimised, they take two thirds of the time to compile, under ASan a third. What they
# test is optimised all the same, and so are the folders of BUSY_TESTS.
set(ASIDE_TEST_OPTIONS $<$<CONFIG:Debug>:-O0>)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
