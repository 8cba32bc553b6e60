module viva/benchmarks/generator

go 1.26

require (
	github.com/gobwas/ws v1.5.0
	github.com/gomodule/redigo v1.9.3
)

require github.com/gobwas/httphead v0.1.0 // indirect
