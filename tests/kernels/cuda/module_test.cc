// The loader, each time in a process of its own, because a process loads once.
#include "kernels/cuda/module.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <thread>
#include <vector>

#include "data/base/error.h"
#include "tests/support/chosen_variable.h"
#include "tests/support/temp_folder.h"

namespace candor::kernels::cuda {
namespace {

using testing::AllOf;
using testing::ExitedWithCode;
using testing::HasSubstr;
using testing::Not;
using tests::ChosenVariable;

// Writes what the loader says, and what opening a device says, to standard error.
[[noreturn]] void tell(const std::string& module, const std::string& fake, int index = 0) {
  const ChosenVariable chosen("CANDOR_CUDA_MODULE", module);
  const ChosenVariable kind("CANDOR_FAKE", fake);
  const ModuleState& state = module_state();
  std::fprintf(stderr, "path[%s] found[%d] devices[%d] why[%s] index[%s]", state.path.c_str(),
               state.found ? 1 : 0, state.devices, state.why.c_str(), why_no_device(index).c_str());
  try {
    const std::unique_ptr<Backend> backend = open_backend(index);
    std::fprintf(stderr, " opened[%s]", backend->info().name.c_str());
  } catch (const Error& error) {
    std::fprintf(stderr, " error[%s]", error.what());
  }
  std::exit(0);
}

class CudaModule : public testing::Test {
 protected:
  CudaModule() { testing::GTEST_FLAG(death_test_style) = "threadsafe"; }
};

TEST_F(CudaModule, WithoutOneTheSentenceNamesThePlacesAndTheRemedy) {
  EXPECT_EXIT(tell("", ""), ExitedWithCode(0),
              AllOf(HasSubstr("found[0] devices[0] why[This program was built without CUDA"),
                    HasSubstr("libcandor_cuda.so or /"), HasSubstr("/lib/candor/libcandor_cuda.so"),
                    HasSubstr("nvcc"), HasSubstr("error[This program was built without CUDA")));
}

TEST_F(CudaModule, AFileThatIsNotThereIsNamed) {
  EXPECT_EXIT(
      tell("/no/such/module.so", ""), ExitedWithCode(0),
      AllOf(HasSubstr("path[/no/such/module.so] found[1] devices[0]"),
            HasSubstr("why[CANDOR_CUDA_MODULE names /no/such/module.so, which is not there.]"),
            HasSubstr("error[CANDOR_CUDA_MODULE names")));
}

TEST_F(CudaModule, ARelativeNameIsOneOfTheWorkingFolder) {
  EXPECT_EXIT(tell("module.so", ""), ExitedWithCode(0),
              HasSubstr("path[" + (std::filesystem::current_path() / "module.so").string() + "]"));
}

TEST_F(CudaModule, AFileThatIsNoLibraryIsNotLoadedAndTheLinkerSaysWhy) {
  const tests::TempFolder folder;
  const std::string file = folder.write("module.so", "text").string();
  // The process that tells runs this test once more, with a folder of its own.
  EXPECT_EXIT(tell(file, ""), ExitedWithCode(0),
              AllOf(HasSubstr("why[The GPU module cannot be loaded: /"), HasSubstr("/module.so: "),
                    HasSubstr("error[The GPU module cannot")));
}

TEST_F(CudaModule, ALibraryOfAnotherKindIsRefused) {
  Dl_info library{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&std::fputs), &library), 0);
  EXPECT_EXIT(tell(library.dli_fname, ""), ExitedWithCode(0),
              AllOf(HasSubstr("devices[0]"), HasSubstr("is not a GPU module of candor")));
}

TEST_F(CudaModule, OneOfAnotherVersionIsRefusedByNumber) {
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "version"), ExitedWithCode(0),
              AllOf(HasSubstr("devices[0] why[The GPU module "), HasSubstr(CANDOR_FAKE_MODULE),
                    HasSubstr(fmt::format("of version {}, and this program is of version {}",
                                          kBackendVersion + 1, kBackendVersion)),
                    Not(HasSubstr("There is no driver"))));
}

TEST_F(CudaModule, WhatTheModuleSaysOfTheMachineIsTheReason) {
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "driver"), ExitedWithCode(0),
              HasSubstr("found[1] devices[0] why[There is no driver.] index[There is no driver.] "
                        "error[There is no driver.]"));
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "none"), ExitedWithCode(0),
              HasSubstr("devices[0] why[The driver sees no GPU.]"));
}

TEST_F(CudaModule, ADeviceThatCannotBeOpenedOrIsNotThereIsAnError) {
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "refuses", 0), ExitedWithCode(0),
              HasSubstr("devices[2] why[] index[] error[GPU 0 is taken.]"));
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "refuses", 1), ExitedWithCode(0),
              HasSubstr("index[] error[GPU: opening: thrown]"));
  EXPECT_EXIT(tell(CANDOR_FAKE_MODULE, "refuses", 2), ExitedWithCode(0),
              HasSubstr("error[There is no GPU 2: they are 0 to 1.]"));
  EXPECT_EXIT(tell(CANDOR_SHIM_MODULE, "", 7), ExitedWithCode(0),
              HasSubstr("error[There is no GPU 7: the only one is 0.]"));
  EXPECT_EXIT(tell(CANDOR_SHIM_MODULE, "", -1), ExitedWithCode(0),
              HasSubstr("error[There is no GPU -1: the only one is 0.]"));
}

TEST_F(CudaModule, AModuleThatIsRightIsLoadedAndOpened) {
  EXPECT_EXIT(tell(CANDOR_SHIM_MODULE, ""), ExitedWithCode(0),
              HasSubstr("found[1] devices[1] why[] index[] opened[shim]"));
}

TEST_F(CudaModule, ManyThreadsMayAskAtOnce) {
  const auto ask = [] {
    const ChosenVariable chosen("CANDOR_CUDA_MODULE", CANDOR_SHIM_MODULE);
    std::vector<const ModuleState*> seen(8);
    {
      std::vector<std::jthread> threads;
      for (const ModuleState*& state : seen) {
        threads.emplace_back([&state] { state = &module_state(); });
      }
    }
    for (const ModuleState* state : seen) {
      if (state != seen[0] || state->devices != 1) std::exit(1);
    }
    std::exit(0);
  };
  EXPECT_EXIT(ask(), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace candor::kernels::cuda
