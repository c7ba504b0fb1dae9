// Written by scripts/sigv4-vectors.py, with botocore.
// swift-format-ignore-file

extension SigV4Vector {
    /// Calls of DynamoDB, whose path and query never differ.
    static let ofDynamoDB: [SigV4Vector] = [
        SigV4Vector(
            method: "POST",
            service: "dynamodb",
            host: "dynamodb.eu-central-1.amazonaws.com",
            path: "/",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=a3b3469b3252555cf6b2113d19aba6c1fad18883645072cf7c44de749d47ad14"
        ),
        SigV4Vector(
            method: "POST",
            service: "dynamodb",
            host: "dynamodb.eu-central-1.amazonaws.com",
            path: "/",
            query: [],
            seconds: 1798761599,
            region: "eu-central-1",
            token: nil,
            headers: [("x-amz-target", "DynamoDB_20120810.PutItem")],
            body: "{\"a\": 1}",
            date: "20261231T235959Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261231/eu-central-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=e3f23aba577e7c56d2aca9a405c26be862a901d9a52ce4dab9f71a6b452748d3"
        ),
        SigV4Vector(
            method: "POST",
            service: "dynamodb",
            host: "dynamodb.eu-central-1.amazonaws.com",
            path: "/",
            query: [],
            seconds: 951782400,
            region: "eu-central-1",
            token: "a+token/with=signs",
            headers: [("content-type", "application/json")],
            body: "{}",
            date: "20000229T000000Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20000229/eu-central-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=1455c652625a539062d536cd14adb11cb3c09ab1437baa5683d4646e3f0e4428"
        ),
        SigV4Vector(
            method: "POST",
            service: "dynamodb",
            host: "dynamodb.eu-central-1.amazonaws.com",
            path: "/",
            query: [],
            seconds: 4102444799,
            region: "cn-north-1",
            token: "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt",
            headers: [("x-amz-meta", "  two   spaces  ")],
            body: "ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞ü€𝄞",
            date: "20991231T235959Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20991231/cn-north-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-meta;x-amz-security-token, Signature=86cd3a9fe1b088a58e263f7e6dddddd5479a62587081befdf746c7f9a0cc5a54"
        ),
        SigV4Vector(
            method: "POST",
            service: "dynamodb",
            host: "dynamodb.eu-central-1.amazonaws.com",
            path: "/",
            query: [],
            seconds: 0,
            region: "ap-southeast-2",
            token: nil,
            headers: [("a", "1"), ("z", "26"), ("m", "13")],
            body: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            date: "19700101T000000Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/19700101/ap-southeast-2/dynamodb/aws4_request, SignedHeaders=a;host;m;x-amz-date;z, Signature=116190cd0b9a123dded44b48c0fda2be286de5472cb51fcdbe2273e7e4f80b34"
        ),
    ]

    /// Cases of AWS's own test suite for paths and queries, under its names.
    static let ofSuite: [SigV4Vector] = [
        // get-vanilla
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-vanilla-query
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-vanilla-query-order-key-case
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("Param2", "value2"), ("Param1", "value1")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        // get-vanilla-query-order-value
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("Param1", "value2"), ("Param1", "value1")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"
        ),
        // get-vanilla-query-order-encoded
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("Param-3", "Value3"), ("Param", "Value2"), ("ሴ", "Value1")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"
        ),
        // get-vanilla-query-unreserved
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
        // get-vanilla-utf8-query
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("ሴ", "bar")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        // get-vanilla-empty-query-key
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/",
            query: [("Param1", "value1")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        // get-unreserved
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        // get-utf8
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/ሴ",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        // get-space
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/example space/",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        // get-relative
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/example/..",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-relative-relative
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/example1/example2/../..",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-slash
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "//",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-slashes
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "//example//",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
        ),
        // get-slash-dot-slash
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/./",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        // get-slash-pointless-dot
        SigV4Vector(
            method: "GET",
            service: "service",
            host: "example.amazonaws.com",
            path: "/./example",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
        ),
    ]

    /// Paths that are encoded in the URL, of S3 and of others.
    static let ofOtherServices: [SigV4Vector] = [
        SigV4Vector(
            method: "PUT",
            service: "lambda",
            host: "lambda.us-east-1.amazonaws.com",
            path: "/2015-03-31/functions/a%3Ab/%C3%BC",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=85cce5bb607bf18d72c71d323f323cf8af3d401e22fbf67068d12117975eba9d"
        ),
        SigV4Vector(
            method: "GET",
            service: "execute-api",
            host: "x.execute-api.us-east-1.amazonaws.com",
            path: "/a/./b//../c/",
            query: [("q", "a b/c+d")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=459f261b00f59b0d026db5c07c9ecfe5bcb8dfc8717f93a65a3c90aa33b71ab0"
        ),
        SigV4Vector(
            method: "PUT",
            service: "s3",
            host: "bucket.s3.us-east-1.amazonaws.com",
            path: "/a%20key/%C3%BC//x/../y",
            query: [],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=f7413202e24de9b37f51a1f20f86296090d26d7bc57e439199f2f7e316cfcdeb"
        ),
        SigV4Vector(
            method: "GET",
            service: "s3",
            host: "bucket.s3.us-east-1.amazonaws.com",
            path: "/",
            query: [("prefix", "a/b c&=%"), ("list-type", "2"), ("delimiter", ""), ("x-", "1"), ("x", "2")],
            seconds: 1440938160,
            region: "us-east-1",
            token: nil,
            headers: [("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")],
            body: "",
            date: "20150830T123600Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=ba0b281d04d6b375c13adbb43413aeccd88c0b372bb168c873989f82f3cd8e75"
        ),
    ]

    /// An invocation of a function, whose answer nobody waits for.
    static let ofInvocation: [SigV4Vector] = [
        SigV4Vector(
            method: "POST",
            service: "lambda",
            host: "lambda.eu-central-1.amazonaws.com",
            path: "/2015-03-31/functions/eventledger-prod-push/invocations",
            query: [],
            seconds: 1798761599,
            region: "eu-central-1",
            token: "a+token/with=signs",
            headers: [("content-type", "application/json"), ("x-amz-invocation-type", "Event")],
            body: "{\"eventledger\":\"push\",\"streams\":[\"orders\"]}",
            date: "20261231T235959Z",
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261231/eu-central-1/lambda/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-invocation-type;x-amz-security-token, Signature=94399b0b542551b2da72b4d447fa18aeab8fd95fb421f4fe00cd91b869629fcd"
        ),
    ]
}
