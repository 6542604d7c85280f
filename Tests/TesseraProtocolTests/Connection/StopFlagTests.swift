import TesseraProtocol
import Testing

@Suite struct StopFlagTests {
  @Test func everyLookIsCounted() throws {
    let flag = StopFlag()
    #expect(flag.looks == 0 && !flag.isStopped && flag.looks == 1)
    let request = SegmentationRequest(image: .rgb8([1, 2, 3]), width: 1, height: 1).heeding(flag)
    #expect(request.isWanted)
    try request.checkIsWanted()
    #expect(flag.looks == 3)
    flag.stop()
    #expect(flag.looks == 3 && flag.isStopped && !request.isWanted)
  }
}
