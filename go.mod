module wirestep

go 1.26
