#include "api/live.h"

#include <functional>
#include <thread>

#include "api/tests/api_fixture.h"
#include "api/tests/memory_stream.h"

namespace picket::api {
namespace {

using std::chrono::milliseconds;

class Live : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "Corp");
    other_ = add_device(bob_, "Foreign");
    parts_ = std::make_unique<Parts>(Parts{clock_, *control_, store_, *ingest_, *registry_, *watch_});
    add_devices(catalogue_, *parts_);
    feed_ = std::make_unique<LiveFeed>(*parts_, catalogue_,
                                       LiveTiming{milliseconds(2), milliseconds(10), milliseconds(100), milliseconds(300)});
    feed_->start();
  }
  void TearDown() override {
    feed_.reset();
    ApiFixture::TearDown();
  }
  std::shared_ptr<MemoryStream> join(const Person& person, const std::string& last_id = {}) {
    http_server::Request request;
    if (!last_id.empty()) request.headers.emplace_back("last-event-id", last_id);
    return join(*feed_, person, request);
  }
  std::shared_ptr<MemoryStream> join_after(const Person& person, const std::string& position) {
    http_server::Request request;
    request.query.emplace_back("after", position);
    return join(*feed_, person, request);
  }
  static std::shared_ptr<MemoryStream> join(LiveFeed& feed, const Person& person, const http_server::Request& request) {
    Caller caller;
    caller.token = person.token;
    caller.scope.organization_id = person.organization();
    const auto response = feed.subscribe(caller, request);
    EXPECT_TRUE(response);
    auto stream = std::make_shared<MemoryStream>();
    response->stream(stream);
    return stream;
  }
  void events(const Person& person, const std::string& device, std::uint64_t added) {
    ingest_->fleet().tell(
        {fleet::Notice::Kind::kEvents, person.organization(), device, nullptr, "auditevents", added});
  }
  static bool soon(const std::function<bool()>& done) {
    for (int i = 0; i < 500; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  static bool says(const std::shared_ptr<MemoryStream>& stream, const std::string& text) {
    return soon([&] { return stream->text().find(text) != std::string::npos; });
  }
  static std::string last_id(const std::string& text) {
    const auto at = text.rfind("id: ");
    return text.substr(at + 4, text.find('\n', at) - at - 4);
  }

  std::string device_, other_;
  Catalogue catalogue_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<LiveFeed> feed_;
};

TEST_F(Live, TellsThatRulesOrMatchesChangedToThatOrganizationAlone) {
  const auto stream = join(ana_), foreign = join(bob_);
  watch_->committed(ana_.organization());
  EXPECT_TRUE(says(stream, "event: detections\ndata: {\"rules\":false,\"matches\":true}"));
  ASSERT_TRUE(watch_->reload(ana_.organization()));
  EXPECT_TRUE(says(stream, "event: detections\ndata: {\"rules\":true,\"matches\":false}"));
  EXPECT_EQ(foreign->text().find("event: detections"), std::string::npos);
}

TEST_F(Live, TellsChangesEventsHistoryAndDeletion) {
  const auto stream = join(ana_);
  ASSERT_TRUE(ingest_->fleet().reload(device_));
  EXPECT_TRUE(says(stream, "event: change\ndata: {\"type\":\"security_devices\",\"id\":\"" + device_ +
                               "\",\"deleted\":false,\"data\":{\"type\""));
  events(ana_, device_, 5);
  EXPECT_TRUE(says(stream, "event: events\ndata: {\"security_device_id\":\"" + device_ +
                               "\",\"stream\":\"auditevents\",\"new\":5,\"events_total\":0,\"events_24h\":0,\"events_unreadable\":0}"));
  ingest_->fleet().tell({fleet::Notice::Kind::kHistory, ana_.organization(), device_, nullptr, "", 0});
  const auto history = control_->history(ana_.organization(), device_);
  EXPECT_TRUE(says(stream, "event: history\ndata: {\"security_device_id\":\"" + device_ + "\",\"id\":\"" +
                               history->back().id + "\"}"));
  EXPECT_EQ(as(ana_, "DELETE", "/api/v2/security_devices/" + device_).status, 204);
  EXPECT_TRUE(says(stream, "\"deleted\":true,\"data\":null}"));
  EXPECT_TRUE(says(stream, "event: ping\n"));
}

TEST_F(Live, AnotherOrganizationHearsNothing) {
  const auto mine = join(ana_), foreign = join(bob_);
  ASSERT_TRUE(ingest_->fleet().reload(device_));
  events(ana_, device_, 3);
  ASSERT_TRUE(says(mine, "\"new\":3"));
  ASSERT_TRUE(says(foreign, "event: ping\n"));
  EXPECT_EQ(foreign->text().find("event: change"), std::string::npos);
  EXPECT_EQ(foreign->text().find("event: events"), std::string::npos);
}

TEST_F(Live, ChangesCloseTogetherGoOutAsOne) {
  const auto stream = join(ana_);
  for (int i = 0; i < 100; ++i) events(ana_, device_, 1);
  ASSERT_TRUE(soon([&] {
    std::uint64_t sum = 0;
    const auto text = stream->text();
    for (std::size_t at = 0; (at = text.find("\"new\":", at)) != std::string::npos; at += 6)
      sum += std::stoull(text.substr(at + 6));
    return sum == 100;
  })) << "and none is lost";
  std::size_t messages = 0;
  const auto text = stream->text();
  for (std::size_t at = 0; (at = text.find("event: events", at)) != std::string::npos; ++at) ++messages;
  EXPECT_LT(messages, 20u);
}

TEST_F(Live, ReconnectContinuesOrStartsOver) {
  const auto first = join(ana_);
  events(ana_, device_, 1);
  ASSERT_TRUE(says(first, "\"new\":1,"));
  const auto id = last_id(first->text());
  first->leave();
  events(ana_, device_, 2);
  std::this_thread::sleep_for(milliseconds(60));
  const auto again = join(ana_, id);
  EXPECT_TRUE(says(again, "\"new\":2,"));
  EXPECT_EQ(again->text().find("\"new\":1,"), std::string::npos);
  EXPECT_EQ(again->text().find("event: reset"), std::string::npos);
  EXPECT_TRUE(says(join(ana_, "another-1"), "event: reset"));
  EXPECT_TRUE(says(join(ana_, id + "9999"), "event: reset"));
}

TEST_F(Live, TooFarBehindStartsOver) {
  const auto first = join(ana_);
  const auto id = last_id(first->text());
  first->leave();
  ASSERT_TRUE(soon([&] { return first->closed(); })) << "a client that has gone is forgotten";
  std::this_thread::sleep_for(milliseconds(400));  // longer than changes are remembered
  events(ana_, device_, 1);
  EXPECT_TRUE(says(join(ana_, id), "event: reset"));
}

TEST_F(Live, EndsWithTheSignIn) {
  const auto stream = join(ana_);
  EXPECT_FALSE(stream->closed());
  const auto session = control_->session(ana_.token);
  ASSERT_TRUE(session && session->has_value());
  ASSERT_TRUE(control_->end_session((*session)->id));
  EXPECT_TRUE(soon([&] { return stream->closed(); }));
}

TEST_F(Live, EndsAtOnceWhereSomebodySaysThatASignInEnded) {
  LiveFeed patient(*parts_, catalogue_, LiveTiming{milliseconds(2), milliseconds(10), std::chrono::hours(1), milliseconds(300)});
  patient.start();
  const auto stream = join(patient, ana_, {}), other = join(patient, bob_, {});
  const auto session = control_->session(ana_.token);
  ASSERT_TRUE(session && session->has_value());
  ASSERT_TRUE(control_->end_session((*session)->id));
  patient.sign_ins_ended();
  EXPECT_TRUE(soon([&] { return stream->closed(); }));
  EXPECT_FALSE(other->closed());
}

TEST_F(Live, WhatChangesBetweenReadingAndListeningIsTold) {
  const auto position = feed_->position(ana_.organization());
  events(ana_, device_, 5);
  std::this_thread::sleep_for(milliseconds(60));
  const auto after = join_after(ana_, position);
  EXPECT_TRUE(says(after, "\"new\":5,")) << "although nobody listened yet";
  EXPECT_EQ(after->text().find("event: reset"), std::string::npos);
  const auto later = feed_->position(ana_.organization());
  EXPECT_EQ(later, last_id(after->text()));
  const auto nothing = join_after(ana_, later);
  EXPECT_TRUE(says(nothing, "event: ping"));
  EXPECT_EQ(nothing->text().find("\"new\""), std::string::npos);
  EXPECT_TRUE(says(join_after(ana_, "nonsense"), "event: reset"));
  EXPECT_TRUE(says(join_after(bob_, position), "event: reset")) << "another organization's says nothing here";
}

TEST_F(Live, APositionThatIsTooOldStartsOver) {
  const auto position = feed_->position(ana_.organization());
  std::this_thread::sleep_for(milliseconds(400));  // longer than changes are remembered
  EXPECT_TRUE(says(join_after(ana_, position), "event: ping")) << "nothing has changed";
  const auto second = feed_->position(bob_.organization());
  std::this_thread::sleep_for(milliseconds(400));
  events(bob_, other_, 1);
  EXPECT_TRUE(says(join_after(bob_, second), "event: reset"));
}

TEST_F(Live, StopEndsEveryStream) {
  const auto stream = join(ana_);
  feed_->stop();
  EXPECT_TRUE(stream->closed());
  EXPECT_FALSE(feed_->subscribe(Caller{}, {}));
}

}  // namespace
}  // namespace picket::api
