import Foundation
import Testing

@testable import TesseraTraining

struct AlternationScheduleTests {
  private func turns(_ schedule: AlternationSchedule, _ count: Int) -> [String] {
    (0..<count).map { step in
      let turn = schedule.turn(at: step)
      return (turn.adversaryLearns ? "a" : "") + (turn.segmenterLearns ? "s" : "")
    }
  }

  @Test func whoLearnsWhen() {
    #expect(turns(.everyStep, 3) == ["as", "as", "as"])
    #expect(turns(.adversarySteps(1), 3) == ["as", "as", "as"])
    #expect(turns(.adversarySteps(3), 7) == ["a", "a", "as", "a", "a", "as", "a"])
    #expect(turns(.blocks(2), 7) == ["a", "a", "s", "s", "a", "a", "s"])
    #expect(turns(.blocks(1), 3) == ["a", "s", "a"])
  }

  @Test(arguments: ["each", "1:1", "3:1", "blocks:1", "blocks:500"])
  func textReadsBack(_ text: String) throws {
    let schedule = try #require(AlternationSchedule(text))
    #expect(schedule.description == text)
    let data = try JSONEncoder().encode([schedule])
    #expect(try JSONDecoder().decode([AlternationSchedule].self, from: data) == [schedule])
  }

  @Test(arguments: [
    "", "every", "0:1", "3:2", "1:3", ":1", "3:", "3:1:1", "blocks", "blocks:", "blocks:0", "-1:1", "1000001:1",
  ])
  func otherTextIsNone(_ text: String) { #expect(AlternationSchedule(text) == nil) }

  @Test func otherTextInAFileIsAnError() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([AlternationSchedule].self, from: Data(#"["never"]"#.utf8))
    }
  }
}
