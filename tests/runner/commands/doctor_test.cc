// `candor doctor`, and which device a command takes, through the program.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/runner/commands/tiny_program.h"
#include "tests/support/chosen_isa.h"

namespace candor::runner {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::ChosenVariable;
using tests::Finished;

class DoctorTest : public tests::TinyProgram {
 protected:
  json::object examined(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"doctor", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished done = candor(words);
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(done.errors, "");
    return json::parse(done.output).as_object();
  }
  std::string gpu_reason() const {
    const json::object found = examined();
    EXPECT_TRUE(found.at("gpu").at("devices").as_array().empty());
    EXPECT_EQ(found.at("device").at("auto"), json::value("cpu"));
    const auto& why = found.at("gpu").at("why").as_string();
    // What is written for people ends in the same words, in lines of its own.
    const Finished text = candor({"doctor"});
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.output, HasSubstr("GPU           "));
    return {why.begin(), why.end()};
  }

  // Whatever the tests are run under, a test begins with neither.
  ChosenVariable no_device_ = {"CANDOR_DEVICE", ""};
  ChosenVariable module_ = {"CANDOR_CUDA_MODULE", "/no/such/module.so"};
};

TEST_F(DoctorTest, SaysWhatTheProcessorOffers) {
  const tests::ChosenIsa isa("portable");
  const json::object found = examined();
  EXPECT_EQ(found.at("version"), json::value(CANDOR_VERSION));
  const json::object& processor = found.at("processor").as_object();
  EXPECT_EQ(processor.at("instructions"), json::value("portable"));
  EXPECT_TRUE(processor.at("why").is_null());
  EXPECT_EQ(processor.at("supported").as_array().front(), json::value("portable"));
  EXPECT_GE(processor.at("processors").to_number<int>(), 1);
  EXPECT_GT(processor.at("free_bytes").to_number<std::uint64_t>(), 1U << 20U);
  EXPECT_THAT(candor({"doctor"}).output,
              AllOf(HasSubstr("candor " CANDOR_VERSION), HasSubstr("\ninstructions  portable")));
}

TEST_F(DoctorTest, SaysWhyNoGpuCanBeUsed) {
  EXPECT_EQ(gpu_reason(), "CANDOR_CUDA_MODULE names /no/such/module.so, which is not there.");
  {
    const std::string file = folder_.write("module.so", "text").string();
    const ChosenVariable chosen("CANDOR_CUDA_MODULE", file);
    EXPECT_THAT(gpu_reason(), HasSubstr("cannot be loaded: " + file));
  }
  const ChosenVariable chosen("CANDOR_CUDA_MODULE", CANDOR_FAKE_MODULE);
  {
    const ChosenVariable fake("CANDOR_FAKE", "version");
    EXPECT_THAT(gpu_reason(), HasSubstr("build both from the same sources"));
  }
  const ChosenVariable fake("CANDOR_FAKE", "driver");
  EXPECT_EQ(gpu_reason(), "There is no driver.");
}

TEST_F(DoctorTest, DescribesTheGpuThatItFinds) {
  const ChosenVariable chosen("CANDOR_CUDA_MODULE", CANDOR_SHIM_MODULE);
  const json::object found = examined({"--require", "gpu"});
  EXPECT_EQ(found.at("device").at("auto"), json::value("cuda:0"));
  const json::object& gpu = found.at("gpu").as_object();
  EXPECT_TRUE(gpu.at("why").is_null());
  EXPECT_EQ(gpu.at("module"), json::value(CANDOR_SHIM_MODULE));
  EXPECT_THAT(std::string(gpu.at("driver").as_string()), testing::MatchesRegex("[0-9]+\\.[0-9]"));
  EXPECT_THAT(std::string(gpu.at("runtime").as_string()), testing::MatchesRegex("[0-9]+\\.[0-9]"));
  ASSERT_EQ(gpu.at("devices").as_array().size(), 1U);
  const json::object& device = gpu.at("devices").as_array()[0].as_object();
  EXPECT_EQ(device.at("name"), json::value("shim"));
  EXPECT_EQ(device.at("compute_capability"), json::value("9.0"));
  EXPECT_EQ(device.at("multiprocessors"), json::value(4));
  EXPECT_GT(device.at("free_bytes").to_number<std::uint64_t>(), 0U);
  EXPECT_LE(device.at("free_bytes").to_number<std::uint64_t>(),
            device.at("memory_bytes").to_number<std::uint64_t>());
  EXPECT_NE(device.at("library"), json::value(""));
  EXPECT_THAT(candor({"doctor"}).output,
              AllOf(HasSubstr("\nGPU 0         shim: compute capability 9.0, 4 multiprocessors"),
                    HasSubstr("\nGPU module    "), HasSubstr("\nruns on       cuda:0")));
}

TEST_F(DoctorTest, AGpuThatCannotBeOpenedIsListedWithTheReason) {
  const ChosenVariable chosen("CANDOR_CUDA_MODULE", CANDOR_FAKE_MODULE);
  const ChosenVariable fake("CANDOR_FAKE", "refuses");
  const json::object found = examined();
  EXPECT_EQ(found.at("gpu").at("why"), json::value("GPU 0 is taken."));
  ASSERT_EQ(found.at("gpu").at("devices").as_array().size(), 2U);
  EXPECT_EQ(found.at("gpu").at("devices").at(1).at("why"), json::value("GPU: opening: thrown"));
  EXPECT_EQ(found.at("device").at("auto"), json::value("cpu"));
  const Finished done = candor({"doctor", "--require", "gpu"});
  EXPECT_EQ(done.status, 3);
  EXPECT_EQ(done.errors, "candor: --require gpu: GPU 0 is taken.\n");
  EXPECT_THAT(done.output, HasSubstr("GPU 1         GPU: opening: thrown"));
}

TEST_F(DoctorTest, WhatIsRequiredAndNotThereIsAFailure) {
  const bool sandbox = examined().at("sandbox").at("usable").as_bool();
  EXPECT_EQ(candor({"doctor", "--require", "sandbox"}).status, sandbox ? 0 : 3);
  const Finished done = candor({"doctor", "--require", "sandbox", "--require", "gpu"});
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.output, HasSubstr("sandbox "));  // all is said all the same
  EXPECT_EQ(candor({"doctor", "--require", "fpga"}).status, 2);
}

TEST_F(DoctorTest, WhatIsWrongWithTheEnvironmentIsSaidAndEndsNothing) {
  const tests::ChosenIsa isa("sse9");
  const ChosenVariable device("CANDOR_DEVICE", "tpu");
  const json::object found = examined();
  EXPECT_TRUE(found.at("processor").at("instructions").is_null());
  EXPECT_THAT(std::string(found.at("processor").at("why").as_string()), HasSubstr("sse9"));
  EXPECT_TRUE(found.at("device").at("auto").is_null());
  EXPECT_THAT(std::string(found.at("device").at("why").as_string()),
              HasSubstr("CANDOR_DEVICE \"tpu\""));
}

TEST_F(DoctorTest, NamesTheStoreAndTheFolderOfModels) {
  const ChosenVariable store("CANDOR_STORE", (folder_.path() / "s.db").string());
  const ChosenVariable cache("XDG_CACHE_HOME", folder_.path().string());
  json::object found = examined();
  EXPECT_EQ(found.at("store").at("path"), json::value((folder_.path() / "s.db").string()));
  EXPECT_EQ(found.at("store").at("exists"), json::value(false));
  EXPECT_EQ(found.at("models").at("path"),
            json::value((folder_.path() / "candor" / "models").string()));
  EXPECT_EQ(found.at("models").at("here"), json::value(0));
  EXPECT_GT(found.at("models").at("known").to_number<int>(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "s.db"));
  folder_.write("s.db", "");
  found = examined();
  EXPECT_EQ(found.at("store").at("exists"), json::value(true));
}

// The device of a command.
class DeviceChoiceTest : public DoctorTest {
 protected:
  Finished logits(const std::string& device) const {
    std::vector<std::string> words = {"inspect", "logits", model_.string(), "--precision",
                                      "float32"};
    if (!device.empty()) words.insert(words.end(), {"--device", device});
    return candor(words, R"({"input_ids":[5,6,7,8],"greedy":0})"
                         "\n");
  }
};

TEST_F(DeviceChoiceTest, AGpuThatIsAskedForAndCannotBeUsedIsAnErrorWithTheRemedy) {
  const Finished done = logits("cuda");
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.errors, AllOf(HasSubstr("device cuda:0: CANDOR_CUDA_MODULE names"),
                                 HasSubstr("candor doctor"), HasSubstr("--device cpu")));
  const ChosenVariable device("CANDOR_DEVICE", "cuda:1");
  EXPECT_EQ(logits("").status, 3);
  EXPECT_THAT(logits("auto").errors, HasSubstr("device cuda:1: "));
  EXPECT_EQ(logits("cpu").status, 0);
}

TEST_F(DeviceChoiceTest, AnUnknownDeviceIsWrongUsageAndSaysWhoNamedIt) {
  EXPECT_EQ(logits("tpu").status, 2);
  EXPECT_THAT(logits("cuda:x").errors, HasSubstr("device \"cuda:x\": known are"));
  EXPECT_EQ(logits("cuda:-1").status, 2);
  const ChosenVariable device("CANDOR_DEVICE", "gpu");
  const Finished done = logits("");
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.errors, HasSubstr("CANDOR_DEVICE \"gpu\": known are"));
}

TEST_F(DeviceChoiceTest, ARunOnAModuleThatIsLoadedGivesTheAnswersOfTheProcessor) {
  const ChosenVariable chosen("CANDOR_CUDA_MODULE", CANDOR_SHIM_MODULE);
  const auto store = [&](const std::string& device) {
    return (folder_.path() / (device + ".db")).string();
  };
  const auto answered = [&](const std::string& device) {
    const Finished run = candor({"run",
                                 "arithmetic",
                                 "--model",
                                 model_.string(),
                                 "--store",
                                 store(device),
                                 "--count",
                                 "1",
                                 "--languages",
                                 "en",
                                 "--levels",
                                 "1",
                                 "--max-tokens",
                                 "4",
                                 "--precision",
                                 "float32",
                                 "--memory",
                                 "16",
                                 "--device",
                                 device,
                                 "-q"});
    EXPECT_EQ(run.status, 0) << run.errors;
    return json::parse(candor({"runs", "export", "latest", "--store", store(device)}).output)
        .as_object();
  };
  const auto ran_on = [&](const std::string& device) {
    const Finished shown = candor({"runs", "show", "latest", "--json", "--store", store(device)});
    return json::serialize(json::parse(shown.output).at("manifest").at("provenance").at("device"));
  };
  const json::object processor = answered("cpu");
  const json::object gpu = answered("cuda:0");
  EXPECT_EQ(gpu.at("tokens"), processor.at("tokens"));
  EXPECT_EQ(gpu.at("tokens").as_array().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(gpu.at("log_probabilities").at(i).to_number<double>(),
                processor.at("log_probabilities").at(i).to_number<double>(), 1e-4);
  }
  EXPECT_EQ(ran_on("cuda:0"), "\"shim\"");
  EXPECT_NE(ran_on("cpu"), "\"shim\"");

  const ChosenVariable device("CANDOR_DEVICE", "cuda");
  EXPECT_EQ(answered("auto"), gpu);  // to the bit
  EXPECT_EQ(ran_on("auto"), "\"shim\"");
}

}  // namespace
}  // namespace candor::runner
